// A value that its owner opens and closes, and that another thread may look at meanwhile.
//
// A sequence lock with one writer: odd while a value is open. The words are stored and loaded as
// relaxed atomics (plain moves on x86-64), so that a reader that races sees a changed sequence
// instead of undefined behaviour.
// Thread rule: open/close by the owner, read by anyone. Signal rule: async-signal-safe.
// Failure: read gives false when nothing is open or the value changed under it.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace plumbline::base {

template <class Value>
class Published {
  static_assert(std::is_trivially_copyable_v<Value> && sizeof(Value) % sizeof(std::uint64_t) == 0);

 public:
  // Returns the number under which the value is open.
  std::uint32_t open(const Value& value) {
    std::uint64_t words[kWords];
    std::memcpy(words, &value, sizeof value);
    for (std::size_t i = 0; i < kWords; ++i) words_[i].store(words[i], std::memory_order_relaxed);
    const std::uint32_t number = sequence_.load(std::memory_order_relaxed) | 1;
    // Release: a reader that acquires the odd number sees the words above.
    sequence_.store(number, std::memory_order_release);
    return number;
  }

  void close() {
    const std::uint32_t number = sequence_.load(std::memory_order_relaxed) | 1;
    sequence_.store(number + 1, std::memory_order_release);
    // Keeps the next open's words behind this store on the way to memory.
    std::atomic_thread_fence(std::memory_order_release);
  }

  // True while `number`, as open returned it, has not been closed.
  bool is_open(std::uint32_t number) const {
    return sequence_.load(std::memory_order_relaxed) == number;
  }

  // The number under which a value is open, for any thread; 0: none is.
  std::uint32_t open_number() const {
    const std::uint32_t number = sequence_.load(std::memory_order_acquire);
    return number % 2 == 0 ? 0 : number;
  }

  bool read(Value& value) const {
    const std::uint32_t before = sequence_.load(std::memory_order_acquire);
    if (before % 2 == 0) return false;
    std::uint64_t words[kWords];
    for (std::size_t i = 0; i < kWords; ++i) words[i] = words_[i].load(std::memory_order_relaxed);
    // Orders the loads above before the second look at the sequence.
    std::atomic_thread_fence(std::memory_order_acquire);
    if (sequence_.load(std::memory_order_relaxed) != before) return false;
    std::memcpy(&value, words, sizeof value);
    return true;
  }

 private:
  static constexpr std::size_t kWords = sizeof(Value) / sizeof(std::uint64_t);
  std::atomic<std::uint32_t> sequence_{0};
  std::atomic<std::uint64_t> words_[kWords]{};
};

}  // namespace plumbline::base
