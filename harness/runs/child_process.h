// A program that the harness starts and that never outlives it.
//
// Used for the truth server, the workload and the figures. A child has a process group of its own
// (Ctrl-C reaches the harness alone, which ends its children in order), reads end-of-file from its
// standard input when the harness is gone, and writes standard error to a log file.
// Thread rule: the main thread. Failure: io::InputError; Interrupted when a signal came meanwhile.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/io/file_descriptor.h"
#include "harness/runs/interruption.h"

namespace plumbline::harness {

struct ChildCommand {
  std::vector<std::string> arguments;                // the first is the program's path
  std::map<std::string, std::string> environment{};  // on top of the harness's own
  std::filesystem::path log;                         // takes its standard error
  int death_signal = SIGKILL;  // what it gets when the harness dies without a word
};

class ChildProcess {
 public:
  ChildProcess(const ChildCommand& command, const Interruption& interruption);
  ~ChildProcess();  // ends it: SIGTERM, and SIGKILL if that takes too long
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The next line of its standard output, without the line's end.
  std::string read_line(std::chrono::milliseconds timeout);

  // Waits until it has ended with status 0; returns the rest of its standard output.
  std::string finish(std::chrono::milliseconds timeout);

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  void start(const ChildCommand& command);
  bool await(int descriptor, Deadline deadline);                   // false: the deadline passed
  bool read_some(Deadline deadline, const std::string& too_late);  // false: end of its output
  bool await_end(Deadline deadline);                               // false: the deadline passed
  [[noreturn]] void fail(const std::string& what) const;

  const Interruption& interruption_;
  std::string name_;
  std::filesystem::path log_;
  pid_t pid_ = -1;
  std::optional<int> status_;  // as waitpid() gave it
  std::string output_;
  std::optional<io::FileDescriptor> output_pipe_, life_line_, pidfd_;
};

}  // namespace plumbline::harness
