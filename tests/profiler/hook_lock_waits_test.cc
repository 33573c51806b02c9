// profiler/hooks: waiting for locks is booked as such.
#include <pthread.h>
#include <sys/file.h>
#include <threads.h>

#include "tests/profiler/wait_case.h"

namespace plumbline {
namespace {

class HookLockWaits : public testing::TestWithParam<WaitCase> {};

TEST_P(HookLockWaits, AreBookedUnderTheirCategory) { expect_booked(GetParam()); }

template <class Lock, class Unlock, class Blocked>
void while_locked(const Lock& lock, const Unlock& unlock, const Blocked& blocked) {
  lock();
  std::thread waiter(blocked);
  std::this_thread::sleep_for(kDelay);
  unlock();
  waiter.join();
}

void mutex_wait(const std::function<int(pthread_mutex_t*)>& lock) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  while_locked([&] { pthread_mutex_lock(&mutex); }, [&] { pthread_mutex_unlock(&mutex); },
               [&] {
                 EXPECT_EQ(lock(&mutex), 0);
                 pthread_mutex_unlock(&mutex);
               });
}

void rwlock_wait(const std::function<int(pthread_rwlock_t*)>& lock) {
  pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
  while_locked([&] { pthread_rwlock_wrlock(&rwlock); }, [&] { pthread_rwlock_unlock(&rwlock); },
               [&] {
                 EXPECT_EQ(lock(&rwlock), 0);
                 pthread_rwlock_unlock(&rwlock);
               });
}

timespec far(clockid_t clock) {
  timespec time = moment(clock);
  time.tv_sec += 5;
  return time;
}

void file_lock_wait(const std::function<void(int)>& lock) {
  const TemporaryPath path;
  const int held = open(path.path().c_str(), O_RDWR | O_CREAT, 0600);
  const int wanted = open(path.path().c_str(), O_RDWR);
  flock(held, LOCK_EX);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  fcntl(held, F_OFD_SETLK, &whole);
  wait_until_later([&] { close(held); }, [&] { lock(wanted); });
  close(wanted);
}
void ofd_lock(int fd) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  EXPECT_EQ(fcntl(fd, F_OFD_SETLKW, &whole), 0);
}

#define MUTEX(call)                           \
  [] {                                        \
    mutex_wait([](pthread_mutex_t* m) {       \
      const timespec t = far(CLOCK_REALTIME); \
      (void)t;                                \
      return call;                            \
    });                                       \
  }
#define RWLOCK(call)                          \
  [] {                                        \
    rwlock_wait([](pthread_rwlock_t* l) {     \
      const timespec t = far(CLOCK_REALTIME); \
      (void)t;                                \
      return call;                            \
    });                                       \
  }

const WaitCase kLocks[] = {
    {"Mutex", Category::kLock, Operation::kMutexLock, kNone, MUTEX(pthread_mutex_lock(m))},
    {"MutexTimed", Category::kLock, Operation::kMutexLock, kNone,
     MUTEX(pthread_mutex_timedlock(m, &t))},
    {"MutexClock", Category::kLock, Operation::kMutexLock, kNone,
     MUTEX(pthread_mutex_clocklock(m, CLOCK_REALTIME, &t))},
    {"MutexC11", Category::kLock, Operation::kMutexLock, kNone,
     MUTEX(mtx_lock(reinterpret_cast<mtx_t*>(m)))},
    {"ReadLock", Category::kLock, Operation::kReadLock, kNone, RWLOCK(pthread_rwlock_rdlock(l))},
    {"ReadLockTimed", Category::kLock, Operation::kReadLock, kNone,
     RWLOCK(pthread_rwlock_timedrdlock(l, &t))},
    {"ReadLockClock", Category::kLock, Operation::kReadLock, kNone,
     RWLOCK(pthread_rwlock_clockrdlock(l, CLOCK_REALTIME, &t))},
    {"WriteLock", Category::kLock, Operation::kWriteLock, kNone, RWLOCK(pthread_rwlock_wrlock(l))},
    {"WriteLockTimed", Category::kLock, Operation::kWriteLock, kNone,
     RWLOCK(pthread_rwlock_timedwrlock(l, &t))},
    {"WriteLockClock", Category::kLock, Operation::kWriteLock, kNone,
     RWLOCK(pthread_rwlock_clockwrlock(l, CLOCK_REALTIME, &t))},
    {"FileLock", Category::kLock, Operation::kFileLock, DescriptorKind::kFile,
     [] { file_lock_wait([](int fd) { EXPECT_EQ(flock(fd, LOCK_EX), 0); }); }},
    {"FileLockOfDescription", Category::kLock, Operation::kFileLock, DescriptorKind::kFile,
     [] { file_lock_wait(ofd_lock); }},
};

#undef MUTEX
#undef RWLOCK

INSTANTIATE_TEST_SUITE_P(Calls, HookLockWaits, testing::ValuesIn(kLocks), kNameOf);

}  // namespace
}  // namespace plumbline
