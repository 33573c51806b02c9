#include "tests/workloads/child_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "workloads/clock.h"

namespace plumbline::workloads {
namespace {

[[noreturn]] void become(const std::vector<std::string>& argv, uid_t user) {
  if (user != 0 && (setgid(user) != 0 || setuid(user) != 0)) _exit(127);
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

// False at the end.
bool read_some(int descriptor, std::string& text, std::size_t at_most_bytes) {
  std::array<char, 4096> buffer;
  const ssize_t got = read(descriptor, buffer.data(), std::min(at_most_bytes, buffer.size()));
  if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

std::string read_all(int descriptor) {
  std::string text;
  while (read_some(descriptor, text, text.max_size())) {
  }
  return text;
}

}  // namespace

std::array<int, 2> Pipe::new_ends() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  return ends;
}

ChildProcess::ChildProcess(const std::vector<std::string>& argv, uid_t user) : pid_(fork()) {
  if (pid_ == 0) {
    dup2(input_.read_end.number(), STDIN_FILENO);
    dup2(output_.write_end.number(), STDOUT_FILENO);
    dup2(errors_.write_end.number(), STDERR_FILENO);
    become(argv, user);
  }
  input_.read_end.close_now();
  output_.write_end.close_now();
  errors_.write_end.close_now();
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  close_input();
  signal(SIGTERM);
  const std::int64_t give_up_ns = monotonic_ns() + 10 * kNsPerSecond;
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (monotonic_ns() > give_up_ns) signal(SIGKILL);
    sleep_for(1'000'000);
  }
}

void ChildProcess::signal(int number) const { kill(pid_, number); }

std::string ChildProcess::read_line() {
  std::string line;
  while (read_some(output_.read_end.number(), line, 1)) {
    if (line.ends_with('\n')) {
      line.pop_back();
      break;
    }
  }
  return line;
}

ChildProcess::Ending ChildProcess::finish() {
  Ending ending;
  ending.output = read_all(output_.read_end.number());
  ending.errors = read_all(errors_.read_end.number());
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  ending.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ending;
}

}  // namespace plumbline::workloads
