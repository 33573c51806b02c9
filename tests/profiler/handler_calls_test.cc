// The sample handler allocates nothing, takes no lock and asks the loader nothing.
//
// Fault: a handler that allocates, locks or asks the loader dead-locks the program that it
// interrupted in the middle of the same. Seen in: libunwind in a handler hung in 10 of 10 runs with
// the loader's lock held; gperftools, ClickHouse and others with malloc's.
// Pass: 0 of 24 forbidden functions were called by a thread in the handler, over 1e5 samples of two
// threads at 10 kHz (1e4 in the short form; PLUMBLINE_FULL=1 makes it long), while the program
// itself calls them all the time.
#include <gtest/gtest.h>
#include <plumbline/trace.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "tests/profiler/forbidden_calls.h"
#include "tests/profiler/recorded_session.h"
#include "tests/profiler/timed_stretches.h"

namespace plumbline {
namespace {

volatile long sink;

[[gnu::noinline]] long deep(int depth) {
  if (depth == 0) {
    burn_cpu(20'000);
    return 1;
  }
  const long below = deep(depth - 1);
  asm volatile("" : : : "memory");
  return below + depth;
}

// Everything that a sample can fall into: edges, hooks, libc's locks, the loader, an exception.
void work_once(std::mutex& mutex, int round) {
  const auto tracer = GetTracer("test");
  auto span = tracer->StartActiveSpan("round");
  for (int i = 0; i < 200; ++i) {
    auto child = tracer->StartActiveSpan("child");
    sink = i;
  }
  sink = deep(round % 60);
  std::map<int, std::string> numbers;
  for (int i = 0; i < 200; ++i) numbers[i * 37 % 211] = std::string(40, 'x');
  for (int i = 0; i < 200; ++i) {
    const std::lock_guard lock(mutex);
    sink = i;
  }
  try {
    throw std::string("thrown");
  } catch (const std::string& text) {
    sink = static_cast<long>(text.size());
  }
  if (round % 8 != 0) return;
  test::call_all_forbidden();
  usleep(100);
}

// Two threads, half a second of CPU each. Returns the number of samples.
std::size_t sample_work(const std::string& options) {
  const analysis::Recording recording = record(options, [] {
    std::mutex mutex;
    const auto work = [&] {
      const std::int64_t until_ns = Clocks::now().cpu_ns + 500'000'000;
      for (int round = 0; Clocks::now().cpu_ns < until_ns; ++round) work_once(mutex, round);
    };
    std::thread first(work), second(work);
    first.join();
    second.join();
  });
  return recording.samples.size();
}

std::size_t wanted_samples() {
  const char* full = std::getenv("PLUMBLINE_FULL");
  return full != nullptr && *full == '1' ? 100'000 : 10'000;
}

// Calls counted while `body` ran, in the handler.
template <class Body>
std::map<std::string, std::uint64_t> forbidden_in_handler(const Body& body) {
  std::array<std::uint64_t, test::kForbiddenCount> before{};
  for (int i = 0; i < test::kForbiddenCount; ++i) {
    before[static_cast<std::size_t>(i)] = test::calls_in_handler(i);
  }
  body();
  std::map<std::string, std::uint64_t> found;
  for (int i = 0; i < test::kForbiddenCount; ++i) {
    const std::uint64_t count = test::calls_in_handler(i) - before[static_cast<std::size_t>(i)];
    if (count != 0) found[test::name_of_forbidden(i)] = count;
  }
  return found;
}

struct Mode {
  const char* name;
  const char* options;
  std::size_t share;  // of the wanted samples: a timer cannot make more than 250 a second
};

class Handler : public testing::TestWithParam<Mode> {};

TEST_P(Handler, CallsNothingThatIsForbidden) {
  const std::size_t wanted = wanted_samples() / GetParam().share;
  constexpr int kMostSessions = 200;
  std::size_t samples = 0;
  int sessions = 0;
  const auto found = forbidden_in_handler([&] {
    for (; samples < wanted && sessions < kMostSessions; ++sessions) {
      samples += sample_work(std::string("rate=10000,ring_kib=4096,") + GetParam().options);
    }
  });
  std::printf("%zu samples in %d sessions\n", samples, sessions);
  EXPECT_GE(samples, wanted);
  for (const auto& [name, count] : found) ADD_FAILURE() << name << " was called " << count << "x";
}

INSTANTIATE_TEST_SUITE_P(With, Handler,
                         testing::Values(Mode{"Perf", "clock=auto", 1},
                                         Mode{"FramePointers", "clock=auto,unwind=fp", 4},
                                         Mode{"Timer", "clock=timer,cpu_clock=thread", 50}),
                         [](const auto& mode) { return mode.param.name; });

// The count sees each of the 24: a handler of our own that blocks what the sample handler blocks.
TEST(ForbiddenCalls, AreSeenOneByOne) {
  test::call_all_forbidden();  // what is done at the first call only
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) { test::call_all_forbidden(); };
  action.sa_mask = test::mask_of_sample_handler();
  sigaction(SIGUSR1, &action, &before);
  const auto found = forbidden_in_handler([] { raise(SIGUSR1); });
  sigaction(SIGUSR1, &before, nullptr);
  for (int i = 0; i < test::kForbiddenCount; ++i) {
    EXPECT_GE(found.count(test::name_of_forbidden(i)), 1U) << test::name_of_forbidden(i);
  }
  // And no others: the same calls outside of a handler, or in one with another mask.
  action.sa_mask = {};
  sigaction(SIGUSR1, &action, &before);
  const auto outside = forbidden_in_handler([] {
    raise(SIGUSR1);
    test::call_all_forbidden();
  });
  sigaction(SIGUSR1, &before, nullptr);
  EXPECT_TRUE(outside.empty());
}

}  // namespace
}  // namespace plumbline
