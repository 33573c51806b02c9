// The kernel oracle's source on the living kernel. Root only; elsewhere skipped.
#include "harness/oracle/kernel_tracer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "analysis/io/error.h"
#include "harness/oracle/thread_history.h"

namespace plumbline::harness::oracle {
namespace {

bool has_instance(const Tracefs& tracefs, const std::string& name) {
  return faccessat(tracefs.directory(), ("instances/" + name).c_str(), F_OK, 0) == 0;
}

pid_t start(const char* program, const char* argument) {
  const pid_t child = fork();
  if (child == 0) {
    execlp(program, program, argument, nullptr);
    _exit(127);
  }
  return child;
}

class KernelTracerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      tracer.emplace();
    } catch (const io::InputError& error) {
      GTEST_SKIP() << error.what();
    }
  }

  std::optional<KernelTracer> tracer;
};

TEST_F(KernelTracerTest, SeesASleepWhole) {
  const pid_t child = start("sleep", "0.05");
  rusage usage{};
  ASSERT_EQ(wait4(child, nullptr, 0, &usage), child);
  const KernelTrace trace = tracer->finish();
  EXPECT_TRUE(trace.losses.empty());
  const ThreadHistory history = thread_histories(trace).at(child);
  EXPECT_TRUE(history.holes.empty()) << history.holes.begin()->first;
  std::int64_t slept_ns = 0;
  for (const Stretch& stretch : history.stretches) {
    if (stretch.call == SYS_clock_nanosleep) slept_ns += stretch.end_ns - stretch.begin_ns;
  }
  EXPECT_GE(slept_ns, 49'000'000);
}

TEST_F(KernelTracerTest, LeavesNoInstance) {
  const Tracefs tracefs;
  const std::string own = "plumbline_oracle-" + std::to_string(getpid());
  EXPECT_TRUE(has_instance(tracefs, own));
  tracer.reset();
  EXPECT_FALSE(has_instance(tracefs, own));
}

// Fault: a harness that is killed leaves its instance, and the next one does not remove it.
// Seen in: no way for the killed one to do it. Pass: gone after the next start.
TEST_F(KernelTracerTest, RemovesWhatAKilledOneLeft) {
  const pid_t dead = start("true", "");
  ASSERT_EQ(waitpid(dead, nullptr, 0), dead);
  const Tracefs tracefs;
  const std::string left = "plumbline_oracle-" + std::to_string(dead);
  ASSERT_EQ(mkdirat(tracefs.directory(), ("instances/" + left).c_str(), 0700), 0);
  tracer.reset();
  tracer.emplace();
  EXPECT_FALSE(has_instance(tracefs, left));
}

}  // namespace
}  // namespace plumbline::harness::oracle
