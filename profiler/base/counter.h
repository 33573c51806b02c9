// Counters with one writer: plain increments that other threads may read at any time.
//
// A read-modify-write would lock the bus for nothing, since only the owner writes.
// Thread rule: add by one thread, reads by any. Signal rule: async-signal-safe; an increment that
// a handler of the same thread interrupts with its own may lose one, so handlers have counters of
// their own. Failure: none.
#pragma once

#include <atomic>

namespace plumbline::base {

template <class T>
void add(std::atomic<T>& counter, T amount = 1) {
  // Relaxed: each counter stands for itself; readers need no order between them.
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

template <class T>
T read(const std::atomic<T>& counter) {
  return counter.load(std::memory_order_relaxed);
}

}  // namespace plumbline::base
