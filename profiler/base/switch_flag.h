// "Was this thread switched out since?" without a system call, by the kernel's rseq area.
//
// A critical section that no code ever enters is stored in the thread's rseq area. The kernel
// looks at it, and clears it, whenever it returns to the thread after it was preempted, migrated,
// blocked or signalled; a plain system call and a timer tick leave it. So "still set" means "on
// this CPU all the time", and CPU time since then is a difference of tick counters.
// Registration of the area is glibc's (2.35 and later); a program that uses rseq itself replaces
// our value, which reads as "switched": right, only slower.
//
// The descriptor lies in this library: the library must never be unmapped while a thread may have
// it armed (hence -z nodelete), since the kernel kills a thread whose descriptor it cannot read.
// Thread rule: each thread its own area. Signal rule: async-signal-safe. Failure: none; no slot
// means no flag.
#pragma once

#include <linux/rseq.h>

#include <cstddef>
#include <cstdint>

extern "C" {
// glibc 2.35; weak, so that the library loads on older ones.
extern const std::ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));
// In switch_flag.cc: the section that is never entered.
extern const rseq_cs plumbline_never_entered __attribute__((visibility("hidden")));
}

namespace plumbline::base {

class SwitchFlag {
 public:
  SwitchFlag() = default;

  // The flag of the calling thread. Not available() when there is no registered rseq area.
  static SwitchFlag of_this_thread() {
    SwitchFlag flag;
    if (&__rseq_size == nullptr || __rseq_size == 0) return flag;
    auto* area = static_cast<char*>(__builtin_thread_pointer()) + __rseq_offset;
    flag.slot_ = reinterpret_cast<volatile std::uint64_t*>(area + offsetof(struct rseq, rseq_cs));
    return flag;
  }

  bool available() const { return slot_ != nullptr; }

  void arm() const {
    *slot_ = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&plumbline_never_entered));
  }
  void disarm() const { *slot_ = 0; }

  // True: armed, and no switch or signal since. Needs available().
  bool armed() const {
    return *slot_ ==
           static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&plumbline_never_entered));
  }

 private:
  volatile std::uint64_t* slot_ = nullptr;
};

}  // namespace plumbline::base
