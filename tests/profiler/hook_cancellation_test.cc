// Threads that leave a hooked call in the middle: cancelled, by longjmp, by a handler on a stack of
// its own. Their clean-up runs, and what they record afterwards is right.
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>

#include <csignal>
#include <cstring>
#include <vector>

#include "tests/profiler/blocking_calls.h"
#include "tests/profiler/recorded_session.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;
using format::Operation;

struct Cancelled {
  const char* name;
  Operation operation;
  void (*wait)(int fd);  // for ever; `fd` never has data
};

struct Victim {
  const Cancelled* call;
  int fd;
  bool cleaned_up = false;
};

// After the call was left, from a deeper frame than its own: a wait that must be recorded.
[[gnu::noinline]] void sleep_deeply(int depth) {
  char room[512];
  std::memset(room, depth, sizeof room);
  asm volatile("" : : "r"(room) : "memory");
  if (depth > 0) {
    sleep_deeply(depth - 1);
  } else {
    usleep(20'000);
  }
  asm volatile("" : : "r"(room) : "memory");  // so that the frame outlives the call
}

void clean_up(void* victim) {
  static_cast<Victim*>(victim)->cleaned_up = true;
  sleep_deeply(8);
}

void* run_victim(void* argument) {
  auto& victim = *static_cast<Victim*>(argument);
  pthread_cleanup_push(clean_up, &victim);
  victim.call->wait(victim.fd);
  pthread_cleanup_pop(0);
  return nullptr;
}

class Cancellation : public testing::TestWithParam<Cancelled> {};

// Fault: a hook that is left by cancellation never ends, and swallows what the thread waits for
// afterwards. Pass: the wait that was cancelled is recorded, and so is the one in the clean-up.
TEST_P(Cancellation, EndsTheWaitAndNothingElse) {
  const Ends ends(make_pipe);
  Victim victim{&GetParam(), ends.reading()};
  const Recording recording = record("clock=none", [&] {
    pthread_t thread;
    ASSERT_EQ(pthread_create(&thread, nullptr, run_victim, &victim), 0);
    std::this_thread::sleep_for(kDelay);
    EXPECT_EQ(pthread_cancel(thread), 0);
    void* result = nullptr;
    EXPECT_EQ(pthread_join(thread, &result), 0);
    EXPECT_EQ(result, PTHREAD_CANCELED);
  });
  EXPECT_TRUE(victim.cleaned_up);
  const auto& waits = recording.waits;
  std::vector<Operation> seen;
  for (Index row = 0; row < waits.size(); ++row) {
    if (waits.thread[row] == 0) continue;  // the one that cancels
    EXPECT_GE(waits.end[row].wall_ns - waits.begin[row].wall_ns, kLeastNs / 2);
    seen.push_back(waits.operation[row]);
  }
  EXPECT_EQ(seen, (std::vector{GetParam().operation, Operation::kSleep}));
}

void read_for_ever(int fd) {
  char byte = 0;
  read(fd, &byte, 1);
}
void wait_for_condition(int) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  pthread_mutex_lock(&mutex);
  for (;;) pthread_cond_wait(&condition, &mutex);
}
void wait_for_semaphore(int) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  sem_wait(&semaphore);
}

const Cancelled kCancelled[] = {
    {"Read", Operation::kRead, read_for_ever},
    {"Condition", Operation::kConditionWait, wait_for_condition},
    {"Semaphore", Operation::kSemaphoreWait, wait_for_semaphore},
    {"Sleep", Operation::kSleep, [](int) { sleep(60); }},
    {"Pause", Operation::kSignalWait, [](int) { pause(); }},
};
INSTANTIATE_TEST_SUITE_P(Calls, Cancellation, testing::ValuesIn(kCancelled),
                         [](const auto& call) { return call.param.name; });

sigjmp_buf way_out;

// Fault: as above, but nobody tells us. Pass: the sleep behind it is recorded.
TEST(LeftByLongjmp, TheNextWaitIsRecorded) {
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) { siglongjmp(way_out, 1); };
  sigaction(SIGUSR1, &action, &before);
  const Ends ends(make_pipe);
  const Recording recording = record("clock=none", [&] {
    const pthread_t self = pthread_self();
    std::thread peer = later([=] { pthread_kill(self, SIGUSR1); });
    if (sigsetjmp(way_out, 1) == 0) read_for_ever(ends.reading());
    sleep_deeply(8);
    peer.join();
  });
  sigaction(SIGUSR1, &before, nullptr);
  Index sleeps = 0;
  for (Index row = 0; row < recording.waits.size(); ++row) {
    sleeps +=
        recording.waits.thread[row] == 0 && recording.waits.operation[row] == Operation::kSleep;
  }
  EXPECT_EQ(sleeps, 1U);
}

// Fault: a handler's wait is booked a second time, or ends the one that it interrupted, because its
// frames are elsewhere. Pass: one wait, the outer one.
TEST(HandlerOnItsOwnStack, IsInsideTheWaitThatItInterrupts) {
  std::vector<char> memory(1 << 16);
  const stack_t stack{memory.data(), 0, memory.size()};
  stack_t stack_before{};
  sigaltstack(&stack, &stack_before);
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) { usleep(5'000); };
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  sigaction(SIGUSR1, &action, &before);
  const Recording recording = record("clock=none", [] {
    const Ends ends(make_pipe);
    const pthread_t self = pthread_self();
    std::thread peer = later([&] {
      pthread_kill(self, SIGUSR1);
      std::this_thread::sleep_for(kDelay);
      ends.write_one();
    });
    read_for_ever(ends.reading());
    peer.join();
  });
  sigaction(SIGUSR1, &before, nullptr);
  sigaltstack(&stack_before, nullptr);
  Index reads = 0, sleeps = 0;
  for (Index row = 0; row < recording.waits.size(); ++row) {
    if (recording.waits.thread[row] != 0) continue;
    reads += recording.waits.operation[row] == Operation::kRead;
    sleeps += recording.waits.operation[row] == Operation::kSleep;
  }
  EXPECT_EQ(reads, 1U);
  EXPECT_EQ(sleeps, 0U);
}

}  // namespace
}  // namespace plumbline
