// Counters with one writer: plain increments that other threads may read at any time.
//
// Only the owner writes, so that locking the bus would be for nothing; but its handlers count too,
// so that the increment is one instruction.
// Thread rule: add by one thread, reads by any. Signal rule: async-signal-safe. Failure: none.
#pragma once

#include <atomic>
#include <cstdint>

namespace plumbline::base {

template <class T>
void add(std::atomic<T>& counter, T amount = 1) {
  static_assert(sizeof(T) == sizeof(std::uint64_t) || sizeof(T) == sizeof(std::uint32_t));
  // An aligned store, as a relaxed one: each counter stands for itself, without order.
  if constexpr (sizeof(T) == sizeof(std::uint64_t)) {
    asm volatile("addq %1, %0" : "+m"(counter) : "er"(amount) : "cc");
  } else {
    asm volatile("addl %1, %0" : "+m"(counter) : "er"(amount) : "cc");
  }
}

template <class T>
T read(const std::atomic<T>& counter) {
  return counter.load(std::memory_order_relaxed);
}

}  // namespace plumbline::base
