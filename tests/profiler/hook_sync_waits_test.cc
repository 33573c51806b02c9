// profiler/hooks: waiting for other threads, processes, signals and time is booked as such.
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <threads.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <latch>
#include <semaphore>

#include "tests/profiler/wait_case.h"

namespace plumbline {
namespace {

class HookSyncWaits : public testing::TestWithParam<WaitCase> {};

TEST_P(HookSyncWaits, AreBookedUnderTheirCategory) { expect_booked(GetParam()); }

timespec far(clockid_t clock) {
  timespec time = moment(clock);
  time.tv_sec += 5;
  return time;
}

template <class Wait>
void semaphore_wait(const Wait& wait) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  wait_until_later([&] { sem_post(&semaphore); }, [&] { EXPECT_EQ(wait(&semaphore), 0); });
  sem_destroy(&semaphore);
}

void barrier_wait() {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  wait_until_later([&] { pthread_barrier_wait(&barrier); },
                   [&] { pthread_barrier_wait(&barrier); });
  pthread_barrier_destroy(&barrier);
}

void* sleep_a_while(void*) {
  std::this_thread::sleep_for(kDelay);
  return nullptr;
}
template <class Join>
void join_wait(const Join& join) {
  pthread_t thread;
  pthread_create(&thread, nullptr, sleep_a_while, nullptr);
  EXPECT_EQ(join(thread), 0);
}

pthread_once_t once = PTHREAD_ONCE_INIT;
once_flag c11_once = ONCE_FLAG_INIT;
void initialise_slowly() { std::this_thread::sleep_for(kDelay * 2); }
template <class Once>
void once_wait(const Once& call) {
  std::thread first(call);
  std::this_thread::sleep_for(kDelay / 2);
  call();
  first.join();
}

// The guard of a static variable waits by futex, through libc's syscall().
int slow_static() {
  static const int value = [] {
    std::this_thread::sleep_for(kDelay * 2);
    return 1;
  }();
  return value;
}

void c11_condition_wait() {
  mtx_t mutex;
  cnd_t condition;
  mtx_init(&mutex, mtx_plain);
  cnd_init(&condition);
  bool ready = false;
  std::thread peer = later([&] {
    mtx_lock(&mutex);
    ready = true;
    cnd_signal(&condition);
    mtx_unlock(&mutex);
  });
  mtx_lock(&mutex);
  while (!ready) cnd_wait(&condition, &mutex);
  mtx_unlock(&mutex);
  peer.join();
}

template <class Wait>
void condition_wait(const Wait& wait) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  pthread_mutex_lock(&mutex);
  wait_until_later(
      [&] {
        pthread_mutex_lock(&mutex);
        pthread_cond_signal(&condition);
        pthread_mutex_unlock(&mutex);
      },
      [&] { EXPECT_EQ(wait(&condition, &mutex), 0); });
  pthread_mutex_unlock(&mutex);
}

template <class Wait>
void signal_wait(const Wait& wait) {
  sigset_t usr1, before;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &usr1, &before);
  const pthread_t self = pthread_self();
  wait_until_later([=] { pthread_kill(self, SIGUSR1); }, [&] { wait(usr1); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

pid_t spawn(const char* command) {
  std::string shell = "/bin/sh", option = "-c", text = command;
  char* const words[] = {shell.data(), option.data(), text.data(), nullptr};
  pid_t child = -1;
  EXPECT_EQ(posix_spawn(&child, "/bin/sh", nullptr, nullptr, words, environ), 0);
  return child;
}

void message_wait() {
  const int queue = msgget(IPC_PRIVATE, 0600);
  struct {
    long type;
    char text[8];
  } message{1, "hello"};
  wait_until_later([&] { msgsnd(queue, &message, sizeof message.text, 0); },
                   [&] { EXPECT_GT(msgrcv(queue, &message, sizeof message.text, 0, 0), 0); });
  msgctl(queue, IPC_RMID, nullptr);
}

void system_v_semaphore_wait() {
  const int set = semget(IPC_PRIVATE, 1, 0600);
  sembuf up{0, 1, 0}, down{0, -1, 0};
  wait_until_later([&] { semop(set, &up, 1); }, [&] { EXPECT_EQ(semop(set, &down, 1), 0); });
  semctl(set, 0, IPC_RMID);
}

void atomic_wait() {
  std::atomic<int> value{0};
  wait_until_later(
      [&] {
        value = 1;
        value.notify_all();
      },
      [&] { value.wait(0); });
}

const WaitCase kSyncs[] = {
    {"Condition", Category::kSync, Operation::kConditionWait, kNone,
     [] { condition_wait(pthread_cond_wait); }},
    {"ConditionTimed", Category::kSync, Operation::kConditionWait, kNone,
     [] {
       condition_wait([](pthread_cond_t* c, pthread_mutex_t* m) {
         const timespec end = far(CLOCK_REALTIME);
         return pthread_cond_timedwait(c, m, &end);
       });
     }},
    {"ConditionClock", Category::kSync, Operation::kConditionWait, kNone,
     [] {
       condition_wait([](pthread_cond_t* c, pthread_mutex_t* m) {
         const timespec end = far(CLOCK_MONOTONIC);
         return pthread_cond_clockwait(c, m, CLOCK_MONOTONIC, &end);
       });
     }},
    {"ConditionC11", Category::kSync, Operation::kConditionWait, kNone, c11_condition_wait},
    {"Semaphore", Category::kSync, Operation::kSemaphoreWait, kNone,
     [] { semaphore_wait(sem_wait); }},
    {"SemaphoreTimed", Category::kSync, Operation::kSemaphoreWait, kNone,
     [] {
       semaphore_wait([](sem_t* s) {
         const timespec end = far(CLOCK_REALTIME);
         return sem_timedwait(s, &end);
       });
     }},
    {"SemaphoreClock", Category::kSync, Operation::kSemaphoreWait, kNone,
     [] {
       semaphore_wait([](sem_t* s) {
         const timespec end = far(CLOCK_MONOTONIC);
         return sem_clockwait(s, CLOCK_MONOTONIC, &end);
       });
     }},
    {"SemaphoreSystemV", Category::kSync, Operation::kSemaphoreWait, kNone,
     system_v_semaphore_wait},
    {"Barrier", Category::kSync, Operation::kBarrierWait, kNone, barrier_wait},
    {"Join", Category::kSync, Operation::kThreadJoin, kNone,
     [] { join_wait([](pthread_t thread) { return pthread_join(thread, nullptr); }); }},
    {"JoinTimed", Category::kSync, Operation::kThreadJoin, kNone,
     [] {
       join_wait([](pthread_t thread) {
         const timespec end = far(CLOCK_REALTIME);
         return pthread_timedjoin_np(thread, nullptr, &end);
       });
     }},
    {"Once", Category::kSync, Operation::kOnce, kNone,
     [] { once_wait([] { pthread_once(&once, initialise_slowly); }); }},
    {"OnceC11", Category::kSync, Operation::kOnce, kNone,
     [] { once_wait([] { call_once(&c11_once, initialise_slowly); }); }},
    {"StaticVariable", Category::kSync, Operation::kFutexWait, kNone,
     [] { once_wait([] { EXPECT_EQ(slow_static(), 1); }); }},
    {"Atomic", Category::kSync, Operation::kFutexWait, kNone, atomic_wait},
    {"Latch", Category::kSync, Operation::kFutexWait, kNone,
     [] {
       std::latch latch(1);
       wait_until_later([&] { latch.count_down(); }, [&] { latch.wait(); });
     }},
    {"Future", Category::kSync, Operation::kFutexWait, kNone,
     [] {
       std::promise<int> promise;
       wait_until_later([&] { promise.set_value(1); }, [&] { promise.get_future().get(); });
     }},
    {"CountingSemaphore", Category::kSync, Operation::kFutexWait, kNone,
     [] {
       std::counting_semaphore<4> semaphore(0);
       wait_until_later([&] { semaphore.release(); }, [&] { semaphore.acquire(); });
     }},
    {"Sleep", Category::kSync, Operation::kSleep, kNone, [] { nanosleep(&kDelayTime, nullptr); }},
    {"SleepOfClock", Category::kSync, Operation::kSleep, kNone,
     [] { clock_nanosleep(CLOCK_MONOTONIC, 0, &kDelayTime, nullptr); }},
    {"SleepUntil", Category::kSync, Operation::kSleep, kNone,
     [] {
       const timespec end = moment(CLOCK_MONOTONIC);
       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, nullptr);
     }},
    {"SleepC11", Category::kSync, Operation::kSleep, kNone,
     [] { thrd_sleep(&kDelayTime, nullptr); }},
    {"Usleep", Category::kSync, Operation::kSleep, kNone, [] { usleep(40'000); }},
    {"Sigwait", Category::kSync, Operation::kSignalWait, kNone,
     [] {
       signal_wait([](const sigset_t& set) {
         int number = 0;
         EXPECT_EQ(sigwait(&set, &number), 0);
         EXPECT_EQ(number, SIGUSR1);
       });
     }},
    {"Sigwaitinfo", Category::kSync, Operation::kSignalWait, kNone,
     [] {
       signal_wait([](const sigset_t& set) {
         siginfo_t info{};
         EXPECT_EQ(sigwaitinfo(&set, &info), SIGUSR1);
         EXPECT_EQ(info.si_signo, SIGUSR1);
       });
     }},
    {"Child", Category::kSync, Operation::kChildWait, kNone,
     [] {
       const pid_t child = spawn("sleep 0.04");
       EXPECT_EQ(waitpid(child, nullptr, 0), child);
     }},
    {"System", Category::kSync, Operation::kChildWait, kNone,
     [] { EXPECT_EQ(std::system("sleep 0.04"), 0); }},
    {"Pclose", Category::kSync, Operation::kChildWait, kNone,
     [] { EXPECT_EQ(pclose(popen("sleep 0.04", "r")), 0); }},
    {"MessageQueue", Category::kSync, Operation::kMessageReceive, kNone, message_wait},
};

INSTANTIATE_TEST_SUITE_P(Calls, HookSyncWaits, testing::ValuesIn(kSyncs), kNameOf);

void posix_message_wait() {
  const std::string name = "/plumbline-test-" + std::to_string(getpid());
  mq_attr attributes{};
  attributes.mq_maxmsg = 1;
  attributes.mq_msgsize = 8;
  const mqd_t queue = mq_open(name.c_str(), O_CREAT | O_RDWR, 0600, &attributes);
  if (queue < 0) return;
  char text[8];
  wait_until_later([&] { mq_send(queue, "x", 1, 0); },
                   [&] { EXPECT_EQ(mq_receive(queue, text, sizeof text, nullptr), 1); });
  mq_close(queue);
  mq_unlink(name.c_str());
}

// Not in every kernel or container.
TEST(HookMessageWaits, OfPosixQueues) {
  const Recording recording = record("clock=none", posix_message_wait);
  Index found = 0;
  for (Index row = 0; row < recording.waits.size(); ++row) {
    found += recording.waits.operation[row] == Operation::kMessageReceive;
  }
  if (found == 0) GTEST_SKIP() << "no message queues here";
}

}  // namespace
}  // namespace plumbline
