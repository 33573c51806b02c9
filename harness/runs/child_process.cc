#include "harness/runs/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "analysis/io/error.h"

namespace plumbline::harness {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kGrace{5000};  // between SIGTERM and SIGKILL

// [0] reads, [1] writes.
std::array<int, 2> open_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw io::system_failure("pipe", "cannot be made", errno);
  return ends;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& more) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!more.contains(text.substr(0, text.find('=')))) merged.push_back(text);
  }
  for (const auto& [key, value] : more) merged.push_back(fmt::format("{}={}", key, value));
  return merged;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string last_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string last;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
  }
  return fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace

ChildProcess::ChildProcess(const ChildCommand& command, const Interruption& interruption)
    : interruption_(interruption),
      name_(std::filesystem::path(command.arguments.at(0)).filename()),
      log_(command.log) {
  start(command);
  pidfd_.emplace(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (pidfd_->number() < 0) {
    const int error = errno;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    throw io::system_failure(name_, "cannot be watched (pidfd_open)", error);
  }
}

ChildProcess::~ChildProcess() {
  if (status_) return;
  kill(pid_, SIGTERM);
  pollfd watched{pidfd_->number(), POLLIN, 0};
  const int ended = poll(&watched, 1, static_cast<int>(kGrace.count()));
  if (ended <= 0) kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ChildProcess::start(const ChildCommand& command) {
  const std::array<int, 2> output = open_pipe();
  output_pipe_.emplace(output[0]);
  const io::FileDescriptor output_end(output[1]);
  const std::array<int, 2> life_line = open_pipe();
  life_line_.emplace(life_line[1]);
  const io::FileDescriptor life_line_end(life_line[0]);
  const io::FileDescriptor log(open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (log.number() < 0) throw io::system_failure(log_, "cannot be made", errno);
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = merged_environment(command.environment);
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  pid_ = fork();
  if (pid_ < 0) throw io::system_failure(name_, "cannot be started", errno);
  if (pid_ > 0) return;
  // The child. Nothing here allocates or locks.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, command.death_signal);
  dup2(life_line_end.number(), STDIN_FILENO);
  dup2(output_end.number(), STDOUT_FILENO);
  dup2(log.number(), STDERR_FILENO);
  pthread_sigmask(SIG_SETMASK, &interruption_.former_mask(), nullptr);
  execve(argv[0], argv.data(), envp.data());
  dprintf(STDERR_FILENO, "%s: cannot be started: %s\n", argv[0], strerror(errno));
  _exit(127);
}

bool ChildProcess::await(int descriptor, Deadline deadline) {
  for (;;) {
    std::array<pollfd, 2> watched = {
        {{descriptor, POLLIN, 0}, {interruption_.descriptor(), POLLIN, 0}}};
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    const int ready = poll(watched.data(), watched.size(), static_cast<int>(left));
    if (ready < 0 && errno != EINTR) throw io::system_failure(name_, "poll", errno);
    if (watched[1].revents != 0) interruption_.throw_if_any();
    if (watched[0].revents != 0) return true;
  }
}

bool ChildProcess::read_some(Deadline deadline, const std::string& too_late) {
  if (!await(output_pipe_->number(), deadline)) fail(too_late);
  std::array<char, 4096> bytes{};
  const ssize_t count = read(output_pipe_->number(), bytes.data(), bytes.size());
  if (count > 0) output_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

bool ChildProcess::await_end(Deadline deadline) {
  if (!await(pidfd_->number(), deadline)) return false;
  int status = 0;
  waitpid(pid_, &status, 0);
  status_ = status;
  return true;
}

std::string ChildProcess::read_line(milliseconds timeout) {
  const Deadline deadline = Clock::now() + timeout;
  std::size_t end = output_.find('\n');
  while (end == std::string::npos) {
    if (!read_some(deadline, "said nothing in time")) {
      await_end(deadline);
      fail(status_ ? how_it_ended(*status_) : "closed its output");
    }
    end = output_.find('\n');
  }
  std::string line = output_.substr(0, end);
  output_.erase(0, end + 1);
  return line;
}

std::string ChildProcess::finish(milliseconds timeout) {
  const Deadline deadline = Clock::now() + timeout;
  const std::string too_late =
      fmt::format("did not end within {:g} s", std::chrono::duration<double>(timeout).count());
  while (read_some(deadline, too_late)) {
  }
  if (!await_end(deadline)) fail(too_late);
  if (!WIFEXITED(*status_) || WEXITSTATUS(*status_) != 0) fail(how_it_ended(*status_));
  return output_;
}

void ChildProcess::fail(const std::string& what) const {
  const std::string words = last_line(log_);
  throw io::InputError(words.empty() ? fmt::format("{} {}", name_, what)
                                     : fmt::format("{} {}: {}", name_, what, words));
}

}  // namespace plumbline::harness
