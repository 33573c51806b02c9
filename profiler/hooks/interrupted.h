// Whether a call returned EINTR for no reason but our sampling signal, and calling it again then.
//
// The program must not see an EINTR that it would not see without us: a hook whose call came back
// so calls again, for the time that remains. errno is then what it was before the call.
// Known limit: a signal of the program that comes in the nanoseconds between the question and the
// second call does not end that one, as if it had come just before the call.
// Thread rule: the thread that made the call. Signal rule: async-signal-safe. Failure: false.
#pragma once

#include <errno.h>
#include <time.h>

#include <algorithm>

#include "profiler/base/clock.h"
#include "profiler/capture/thread.h"

namespace plumbline::hooks {

inline constexpr std::int64_t kSecondNs = 1'000'000'000;

// Made before a call.
class OurSignal {
 public:
  // Once per interruption: true when the call gave EINTR for no other reason.
  bool alone_interrupted() const {
    if (thread_ == nullptr || !thread_->interrupted_call) return false;
    thread_->interrupted_call = false;
    return thread_->program_handlers_run == handlers_run_;
  }

 private:
  capture::Thread* thread_ = capture::current_thread;
  std::uint32_t handlers_run_ = thread_ != nullptr ? thread_->program_handlers_run : 0;
};

// For calls without a time limit, or with one that is a moment: made anew until it was not our
// signal that ended it.
template <class Call>
auto uninterrupted(Call&& call) {
  const int saved_errno = errno;
  const OurSignal our_signal;
  auto result = call();
  while (result < 0 && errno == EINTR && our_signal.alone_interrupted()) {
    errno = saved_errno;
    result = call();
  }
  return result;
}

// Calls `call(nanoseconds left)`; a negative `timeout_ns` is for ever.
template <class Call>
auto uninterrupted_for(std::int64_t timeout_ns, const Call& call) {
  const std::int64_t end_ns = timeout_ns > 0 ? base::monotonic_ns() + timeout_ns : 0;
  std::int64_t left_ns = timeout_ns;
  return uninterrupted([&, first = true]() mutable {
    if (!first && timeout_ns > 0)
      left_ns = std::max<std::int64_t>(end_ns - base::monotonic_ns(), 0);
    first = false;
    return call(left_ns);
  });
}

// Calls `call(what is left of timeout)`, which stays as the caller wrote it. Null: for ever.
template <class Call>
auto uninterrupted_for(const timespec* timeout, const Call& call) {
  // What the kernel refuses, it shall refuse itself; what overflows is as good as for ever.
  constexpr time_t kLongest = 1'000'000'000;
  if (timeout == nullptr || timeout->tv_sec < 0 || timeout->tv_sec > kLongest ||
      timeout->tv_nsec < 0 || timeout->tv_nsec >= kSecondNs) {
    return uninterrupted([&] { return call(timeout); });
  }
  return uninterrupted_for(timeout->tv_sec * kSecondNs + timeout->tv_nsec,
                           [&](std::int64_t left_ns) {
                             const timespec left{left_ns / kSecondNs, left_ns % kSecondNs};
                             return call(&left);
                           });
}

// The same in poll's milliseconds; what is left is rounded up, as the kernel waits at least that.
template <class Call>
auto uninterrupted_for_ms(int timeout_ms, const Call& call) {
  constexpr std::int64_t kMillisecondNs = 1'000'000;
  if (timeout_ms <= 0) return uninterrupted([&] { return call(timeout_ms); });
  return uninterrupted_for(timeout_ms * kMillisecondNs, [&](std::int64_t left_ns) {
    return call(static_cast<int>((left_ns + kMillisecondNs - 1) / kMillisecondNs));
  });
}

}  // namespace plumbline::hooks
