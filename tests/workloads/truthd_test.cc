// plumbline-truthd, end to end: answers on time, says when, and leaves nothing behind.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "analysis/io/error.h"
#include "tests/workloads/child_process.h"
#include "tests/workloads/temporary_directory.h"
#include "workloads/clock.h"
#include "workloads/runner/truth_directory.h"

namespace plumbline::workloads {
namespace {

constexpr uid_t kNobody = 65534;
constexpr std::int64_t kDelayNs = 20'000'000;

class Truthd : public testing::Test {
 protected:
  std::vector<std::string> command() const {
    return {TRUTHD_PROGRAM, "--directory", directory_.path().string()};
  }

  bool mounted() const { return mounted_at(directory_.path().string()); }
  // `directory`: as /proc writes it.
  static bool mounted_at(const std::string& directory) {
    std::ifstream mounts("/proc/self/mounts");
    const std::string all(std::istreambuf_iterator<char>(mounts), {});
    return all.find(directory + "/files ") != std::string::npos;
  }

  std::filesystem::path entry(const char* name) const { return directory_.path() / name; }

  const TemporaryDirectory directory_;
};

// Why this machine cannot mount; empty when it can.
std::string skip_reason(const std::string& ready) {
  const std::size_t skip = ready.find("skip file: ");
  return skip == std::string::npos ? "" : ready.substr(skip);
}

struct Wait {
  std::int64_t t0_ns, t1_ns, release_ns;
};

// The one thing that must hold of every wait: it was not let go early, and let go while it lasted.
void expect_released_inside(const Wait& wait, std::int64_t delay_ns) {
  EXPECT_GE(wait.release_ns, wait.t0_ns + delay_ns);
  EXPECT_LE(wait.release_ns, wait.t1_ns);
}

Wait delayed_call(Slot& slot, std::int64_t delay_ns, const std::function<bool()>& call) {
  Wait wait{};
  slot.release_ns = 0;
  slot.delay_ns = delay_ns;
  wait.t0_ns = monotonic_ns();
  slot.t0_ns = wait.t0_ns;
  EXPECT_TRUE(call());
  wait.t1_ns = monotonic_ns();
  wait.release_ns = slot.release_ns;
  return wait;
}

TEST_F(Truthd, HoldsEachFileOperationForItsDelay) {
  ChildProcess truthd(command());
  const std::string reason = skip_reason(truthd.read_line());
  if (!reason.empty()) GTEST_SKIP() << reason;
  TruthDirectory truth(directory_.path());
  const io::FileDescriptor file(truth.open_file(DelayedFile::kDirect, 3));
  Slot& slot = truth.slot(3);
  std::array<char, 100> bytes{};
  const std::array<std::function<bool()>, 3> calls = {
      [&] { return pread(file.number(), bytes.data(), bytes.size(), 0) == 100; },
      [&] { return pwrite(file.number(), bytes.data(), bytes.size(), 0) == 100; },
      [&] { return fsync(file.number()) == 0; }};
  for (const auto& call : calls) {
    expect_released_inside(delayed_call(slot, kDelayNs, call), kDelayNs);
  }
  struct stat status {};
  ASSERT_EQ(fstat(file.number(), &status), 0);
  EXPECT_TRUE(S_ISREG(status.st_mode));  // a profiler shall see file I/O
  truthd.signal(SIGTERM);
  const std::string said = truthd.finish().output;
  EXPECT_TRUE(said.starts_with("late file: 3 waits, late by ")) << said;
}

// Fault: every server thread sleeps for a worker, and the next worker's request waits for them.
// Pass: a request that is not held is answered while more are held than there were threads.
TEST_F(Truthd, AHeldRequestHoldsNoOther) {
  ChildProcess truthd(command());
  const std::string reason = skip_reason(truthd.read_line());
  if (!reason.empty()) GTEST_SKIP() << reason;
  TruthDirectory truth(directory_.path());
  std::vector<std::thread> held;
  for (std::size_t i = 0; i < 10; ++i) {
    held.emplace_back([&truth, i] {
      const io::FileDescriptor file(truth.open_file(DelayedFile::kDirect, i));
      truth.slot(i).t0_ns = monotonic_ns();
      truth.slot(i).delay_ns = 3600 * kNsPerSecond;
      EXPECT_EQ(fsync(file.number()), -1);  // when the server ends
    });
  }
  sleep_for(kDelayNs);  // however many are held by then, the same must come of it
  const io::FileDescriptor free_file(truth.open_file(DelayedFile::kDirect, 20));
  EXPECT_EQ(fsync(free_file.number()), 0);
  truthd.signal(SIGTERM);
  EXPECT_EQ(truthd.finish().status, 0);
  for (std::thread& thread : held) thread.join();
}

// Fault: an fsync has no offset, so that one worker's sync could end another's wait.
TEST_F(Truthd, KeepsTheWorkersSyncsApart) {
  ChildProcess truthd(command());
  const std::string reason = skip_reason(truthd.read_line());
  if (!reason.empty()) GTEST_SKIP() << reason;
  TruthDirectory truth(directory_.path());
  std::array<Wait, 4> waits{};
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < waits.size(); ++i) {
    workers.emplace_back([&truth, &waits, i] {
      const io::FileDescriptor file(truth.open_file(DelayedFile::kDirect, i));
      const auto delay_ns = static_cast<std::int64_t>(i + 1) * kDelayNs;
      waits[i] = delayed_call(truth.slot(i), delay_ns, [&] { return fsync(file.number()) == 0; });
    });
  }
  for (std::thread& worker : workers) worker.join();
  for (std::size_t i = 0; i < waits.size(); ++i) {
    expect_released_inside(waits[i], static_cast<std::int64_t>(i + 1) * kDelayNs);
  }
}

TEST_F(Truthd, LeavesNothingBehindWhenToldToEnd) {
  ChildProcess truthd(command());
  const std::string ready = truthd.read_line();
  EXPECT_EQ(mounted(), skip_reason(ready).empty());
  truthd.signal(SIGTERM);
  const ChildProcess::Ending ending = truthd.finish();
  EXPECT_EQ(ending.status, 0);
  EXPECT_EQ(ending.errors, "");
  EXPECT_FALSE(mounted());
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(Truthd, EndsWhenItsInputEnds) {
  ChildProcess truthd(command());
  truthd.read_line();
  truthd.close_input();
  EXPECT_EQ(truthd.finish().status, 0);
  EXPECT_FALSE(mounted());
}

// A request that is being held must not keep the server from ending.
TEST_F(Truthd, EndsWhileARequestIsHeld) {
  ChildProcess truthd(command());
  const std::string reason = skip_reason(truthd.read_line());
  if (!reason.empty()) GTEST_SKIP() << reason;
  TruthDirectory truth(directory_.path());
  const io::FileDescriptor file(truth.open_file(DelayedFile::kDirect, 0));
  truth.slot(0).t0_ns = monotonic_ns();
  truth.slot(0).delay_ns = 3600 * kNsPerSecond;
  std::thread caller([&file] { EXPECT_EQ(fsync(file.number()), -1); });
  sleep_for(kDelayNs);  // whether the call has begun or not, the same must come of it
  truthd.signal(SIGTERM);
  EXPECT_EQ(truthd.finish().status, 0);
  caller.join();
  EXPECT_FALSE(mounted());
}

// Fault: a killed server leaves a mount on which every call fails.
// Pass: the next server of the directory removes it and serves.
TEST_F(Truthd, RemovesTheMountOfAKilledServer) {
  {
    ChildProcess killed(command());
    const std::string reason = skip_reason(killed.read_line());
    if (!reason.empty()) GTEST_SKIP() << reason;
    killed.signal(SIGKILL);
    EXPECT_EQ(killed.finish().status, 128 + SIGKILL);
    EXPECT_TRUE(mounted());  // else this test shows nothing
  }
  ChildProcess truthd(command());
  EXPECT_EQ(truthd.read_line(), "ready: file, socket");
  {
    const TruthDirectory truth(directory_.path());
    const io::FileDescriptor file(truth.open_file(DelayedFile::kDirect, 0));
    EXPECT_GE(file.number(), 0);
  }
  truthd.signal(SIGTERM);
  EXPECT_EQ(truthd.finish().status, 0);
  EXPECT_FALSE(mounted());
}

// Fault: a server was killed in a directory where none is started again, and its mount stays.
// Pass: the next server, wherever it is, removes it.
TEST_F(Truthd, RemovesTheMountsOfKilledServersElsewhere) {
  const TemporaryDirectory elsewhere;
  const std::filesystem::path other = elsewhere.path() / "other place";
  ChildProcess killed({TRUTHD_PROGRAM, "--directory", other.string()});
  const std::string reason = skip_reason(killed.read_line());
  if (!reason.empty()) GTEST_SKIP() << reason;
  killed.signal(SIGKILL);
  killed.finish();
  ChildProcess truthd(command());
  truthd.read_line();
  EXPECT_FALSE(mounted_at((elsewhere.path() / "other\\040place").string()));
  EXPECT_TRUE(mounted());
}

// Fault: a living server's mount is taken for an abandoned one; or it is asked whether it lives,
// and does not answer because it is stopped.
TEST_F(Truthd, LeavesTheMountsOfLivingServersAlone) {
  const TemporaryDirectory elsewhere;
  ChildProcess stopped({TRUTHD_PROGRAM, "--directory", elsewhere.path().string()});
  const std::string reason = skip_reason(stopped.read_line());
  if (!reason.empty()) GTEST_SKIP() << reason;
  stopped.signal(SIGSTOP);
  ChildProcess truthd(command());
  truthd.read_line();
  EXPECT_TRUE(mounted_at(elsewhere.path().string()));
  stopped.signal(SIGCONT);
}

TEST_F(Truthd, RefusesADirectoryThatIsServed) {
  ChildProcess first(command());
  first.read_line();
  ChildProcess second(command());
  second.close_input();  // would end it, were it not refused
  const ChildProcess::Ending ending = second.finish();
  EXPECT_EQ(ending.status, 2);
  EXPECT_EQ(ending.errors, "plumbline-truthd: " + directory_.path().string() +
                               ": in use by another plumbline-truthd; end it first\n");
  const TruthDirectory still_served(directory_.path());
  EXPECT_GE(io::FileDescriptor(still_served.connect_peer()).number(), 0);
}

// Pass: gone within ten seconds of its parent, whose end of the pipe is not what tells it.
TEST_F(Truthd, EndsWithItsParent) {
  const std::vector<std::string> arguments = command();
  const pid_t parent = fork();
  if (parent == 0) {
    const pid_t truthd = fork();
    if (truthd == 0) {
      const int null = open("/dev/null", O_RDWR);
      for (const int standard : {0, 1, 2}) dup2(null, standard);
      execl(arguments[0].c_str(), arguments[0].c_str(), arguments[1].c_str(), arguments[2].c_str(),
            nullptr);
      _exit(127);
    }
    while (access(entry(kSkippedEntry).c_str(), F_OK) != 0) sleep_for(1'000'000);
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(parent, &status, 0), parent);
  ASSERT_EQ(status, 0);
  const std::int64_t give_up_ns = monotonic_ns() + 10 * kNsPerSecond;
  while (!std::filesystem::is_empty(directory_.path()) && monotonic_ns() < give_up_ns) {
    sleep_for(1'000'000);
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
  EXPECT_FALSE(mounted());
}

TEST_F(Truthd, NamesTheReasonWhereItMayNotMount) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to run the server as a user without rights";
  ASSERT_EQ(chown(directory_.path().c_str(), kNobody, kNobody), 0);
  ChildProcess truthd(command(), kNobody);
  const std::string ready = truthd.read_line();
  EXPECT_TRUE(ready.starts_with("ready: socket; skip file: ")) << ready;
  const TruthDirectory truth(directory_.path());
  EXPECT_EQ("skip " + truth.skipped(), skip_reason(ready));
  EXPECT_GE(io::FileDescriptor(truth.connect_peer()).number(), 0);
}

TEST_F(Truthd, ExplainsBadArgumentsInOneLine) {
  const ChildProcess::Ending none = ChildProcess({TRUTHD_PROGRAM}).finish();
  EXPECT_EQ(none.status, 2);
  EXPECT_EQ(none.errors, "plumbline-truthd: usage: plumbline-truthd --directory DIR\n");
  const std::string under_file = (directory_.path() / "file" / "dir").string();
  std::ofstream(directory_.path() / "file") << "x";
  const ChildProcess::Ending bad =
      ChildProcess({TRUTHD_PROGRAM, "--directory", under_file}).finish();
  EXPECT_EQ(bad.status, 2);
  EXPECT_EQ(bad.errors,
            "plumbline-truthd: " + under_file + ": cannot make the directory: Not a directory\n");
}

TEST_F(Truthd, AWorkloadIsToldWhenNobodyServes) {
  EXPECT_THROW(TruthDirectory{directory_.path()}, io::InputError);
}

}  // namespace
}  // namespace plumbline::workloads
