// "Was this thread switched out since?" without a system call: one word that the kernel changes.
//
// Of the rseq area: a critical section that no code ever enters is stored there. The kernel looks
// at it, and clears it, whenever it returns to the thread after it was preempted, migrated, blocked
// or signalled; a plain system call and a timer tick leave it. So "still set" means "on this CPU
// all the time", and CPU time since then is a difference of tick counters. Registration of the
// area is glibc's (2.35 and later); a program that uses rseq itself replaces our value, which reads
// as "switched": right, only slower. Kernels from 6.19 on may leave it set over a call that blocks.
//
// Of a switch ring (switch_ring.h): the kernel writes a record whenever the thread is switched, so
// its head stands still as long as the thread runs. Right on every kernel, but costs each switch.
//
// The section lies in this library: the library must never be unmapped while a thread may have
// it armed (hence -z nodelete), since the kernel kills a thread whose descriptor it cannot read.
// Thread rule: each thread its own word. Signal rule: async-signal-safe. Failure: none; no word
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

  // The rseq area's. Not available() when none is registered.
  static SwitchFlag of_this_thread() {
    SwitchFlag flag;
    if (&__rseq_size == nullptr || __rseq_size == 0) return flag;
    auto* area = static_cast<char*>(__builtin_thread_pointer()) + __rseq_offset;
    flag.word_ = reinterpret_cast<volatile std::uint64_t*>(area + offsetof(struct rseq, rseq_cs));
    flag.standing_ =
        static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&plumbline_never_entered));
    return flag;
  }

  // A switch ring's, by its two positions: what the kernel has written, what we have read.
  static SwitchFlag of_ring(volatile std::uint64_t* written, volatile std::uint64_t* read) {
    SwitchFlag flag;
    flag.word_ = written;
    flag.read_ = read;
    flag.standing_ = *written + 1;
    return flag;
  }

  bool available() const { return word_ != nullptr; }

  void arm() {
    if (read_ == nullptr) {
      *word_ = standing_;
    } else {
      // A full ring would take no more records, and its head would stand still for good.
      *read_ = standing_ = *word_;
    }
  }
  void disarm() {
    if (read_ == nullptr) {
      *word_ = 0;
    } else {
      standing_ = *word_ + 1;
    }
  }

  // True: armed, and no switch since. Needs available().
  bool armed() const { return *word_ == standing_; }

 private:
  volatile std::uint64_t* word_ = nullptr;
  volatile std::uint64_t* read_ = nullptr;
  std::uint64_t standing_ = 0;  // what the word reads while nothing happened
};

}  // namespace plumbline::base
