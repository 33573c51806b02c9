// The way from one thread to the drain thread: a ring of records, one producer, one consumer.
//
// Promises:
// * A record is seen whole or not at all.
// * The producer never blocks, allocates or enters the kernel. A full ring refuses the record;
//   the caller counts it.
// * Records lie contiguous in memory: one that would cross the end of the buffer starts at its
//   beginning, and the consumer never sees the bytes that were skipped.
// * A handler of the producing thread may write records while it interrupts the writing of one:
//   they lie behind it, and all are seen when the interrupted one is committed. So what stands
//   in a record that is being written must not depend on what a handler does meanwhile.
//
// Thread rule: reserve/commit by the owner thread, pieces/release by the consumer.
// Signal rule: async-signal-safe. Failure: reserve returns null.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "profiler/format/record.h"

namespace plumbline::base {

class EventRing {
 public:
  static constexpr std::uint64_t kLastWordsBytes = 256;

  // `buffer` holds `capacity_bytes`, a power of two, and outlives the ring.
  void init(std::byte* buffer, std::uint64_t capacity_bytes) {
    buffer_ = buffer;
    capacity_bytes_ = capacity_bytes;
  }

  // Forgets all content. Only with neither producer nor consumer at work.
  void reset() {
    write_at_ = cached_tail_ = 0;
    writers_ = 0;
    head_.store(0, std::memory_order_relaxed);
    tail_.store(0, std::memory_order_relaxed);
  }

  // Room for a record of up to `size_bytes` (a multiple of 8), or null when the ring is full.
  // Must be followed by shrink, if it is to be shorter, and commit. Ordinary records leave
  // `kept_free_bytes` untouched, for the last words of a thread whose ring is full.
  void* reserve(std::uint32_t size_bytes, std::uint64_t kept_free_bytes = kLastWordsBytes) {
    writers_ = writers_ + 1;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    while (true) {
      const std::uint64_t at = write_at_;
      const std::uint64_t to_end = capacity_bytes_ - (at & (capacity_bytes_ - 1));
      const std::uint64_t padding = to_end < size_bytes ? to_end : 0;
      if (!has_room(at, padding + size_bytes + kept_free_bytes)) {
        commit();  // what a handler may have written
        return nullptr;
      }
      if (!move_write_at(at, at + padding + size_bytes)) continue;
      // The consumer cuts its first piece here; published by commit's release of head_.
      if (padding != 0) pad_from_.store(at, std::memory_order_relaxed);
      return buffer_ + ((at + padding) & (capacity_bytes_ - 1));
    }
  }

  // Gives back the end of the reservation `record` beyond `size_bytes`, unless a handler has
  // written behind it. Returns what it keeps.
  std::uint32_t shrink(const void* record, std::uint32_t reserved_bytes, std::uint32_t size_bytes) {
    const std::uint64_t end = write_at_;
    const auto offset = static_cast<std::uint64_t>(static_cast<const std::byte*>(record) - buffer_);
    const bool is_last = ((end - reserved_bytes) & (capacity_bytes_ - 1)) == offset;
    const bool given_back = is_last && move_write_at(end, end - reserved_bytes + size_bytes);
    return given_back ? size_bytes : reserved_bytes;
  }

  // Publishes the reservation, and those of handlers that interrupted it; or leaves that to the one
  // that this one interrupted.
  void commit() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (writers_ == 1) publish();
    writers_ = writers_ - 1;
  }

  // True when the consumer should be woken rather than waited for.
  bool more_than_half_full() {
    if (write_at_ - cached_tail_ <= capacity_bytes_ / 2) return false;
    cached_tail_ = tail_.load(std::memory_order_acquire);
    return write_at_ - cached_tail_ > capacity_bytes_ / 2;
  }

  std::uint64_t capacity_bytes() const { return capacity_bytes_; }

  // What the consumer may read now, oldest first: one piece, or two across the buffer's end.
  struct Pieces {
    const std::byte* data[2];
    std::uint64_t bytes[2];
    std::uint64_t end;  // to be given to release()
  };
  Pieces pieces() const {
    const std::uint64_t head = head_.load(std::memory_order_acquire);
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    const std::uint64_t mask = capacity_bytes_ - 1;
    Pieces result{{buffer_ + (tail & mask), buffer_}, {head - tail, 0}, head};
    const std::uint64_t lap_end = (tail | mask) + 1;
    if (head < lap_end) return result;
    // At most one lap's padding lies between tail and head, as they are within one capacity.
    const std::uint64_t pad_from = pad_from_.load(std::memory_order_relaxed);
    const bool padded = pad_from >= tail && pad_from < lap_end;
    result.bytes[0] = (padded ? pad_from : lap_end) - tail;
    result.bytes[1] = head - lap_end;
    return result;
  }
  void release(const Pieces& read) { tail_.store(read.end, std::memory_order_release); }

 private:
  bool has_room(std::uint64_t at, std::uint64_t size_bytes) {
    if (at + size_bytes - cached_tail_ <= capacity_bytes_) return true;
    // Acquire pairs with release(): the consumer is done with those bytes before we reuse them.
    cached_tail_ = tail_.load(std::memory_order_acquire);
    return at + size_bytes - cached_tail_ <= capacity_bytes_;
  }

  // False: a handler was faster. One instruction, which no signal can divide; nobody else writes
  // here, so that it needs no lock.
  bool move_write_at(std::uint64_t from, std::uint64_t to) {
    bool moved;
    asm volatile("cmpxchg %[to], %[write_at]"
                 : "=@ccz"(moved), [write_at] "+m"(write_at_), "+a"(from)
                 : [to] "r"(to)
                 : "memory");
    return moved;
  }

  // A handler that comes before the store leaves its records to us: hence the second look.
  void publish() {
    std::uint64_t end;
    do {
      end = write_at_;
      head_.store(end, std::memory_order_release);  // pairs with the acquire in pieces()
      std::atomic_signal_fence(std::memory_order_seq_cst);
    } while (end != write_at_);
  }

  // Producer's line.
  std::byte* buffer_ = nullptr;
  std::uint64_t capacity_bytes_ = 0;
  volatile std::uint64_t write_at_ = 0;
  std::uint64_t cached_tail_ = 0;
  volatile std::uint32_t writers_ = 0;  // reservations that are open: one, and those of handlers
  std::atomic<std::uint64_t> pad_from_{~std::uint64_t{0}};
  std::atomic<std::uint64_t> head_{0};
  // Consumer's line.
  alignas(64) std::atomic<std::uint64_t> tail_{0};
};

}  // namespace plumbline::base
