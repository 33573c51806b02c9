// A program that a test starts, feeds, reads and ends.
//
// Thread rule: one test. Failure rule: a program that cannot be started exits with 127.
#pragma once

#include <sys/types.h>

#include <array>
#include <string>
#include <vector>

#include "analysis/io/file_descriptor.h"

namespace plumbline::workloads {

struct Pipe {
  Pipe() : Pipe(new_ends()) {}
  explicit Pipe(std::array<int, 2> ends) : read_end(ends[0]), write_end(ends[1]) {}
  static std::array<int, 2> new_ends();

  io::FileDescriptor read_end, write_end;
};

class ChildProcess {
 public:
  // argv[0] is the program. `user`: run as this user and group; 0: as the test.
  explicit ChildProcess(const std::vector<std::string>& argv, uid_t user = 0);
  ~ChildProcess();  // ends its input, then SIGTERM; after ten seconds SIGKILL
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  void close_input() { input_.write_end.close_now(); }

  // The next line of standard output without its end; empty at the end of the output.
  std::string read_line();

  struct Ending {
    int status = -1;  // exit status, or 128 + the signal
    std::string output, errors;
  };
  // Reads what is left of both outputs and waits. Errors are expected to be short.
  Ending finish();

 private:
  Pipe input_, output_, errors_;
  pid_t pid_ = -1;
};

}  // namespace plumbline::workloads
