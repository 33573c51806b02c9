// The way from one thread to the drain thread: a ring of records, one producer, one consumer.
//
// Promises:
// * A record is seen whole or not at all.
// * The producer never blocks, allocates or enters the kernel. A full ring refuses the record;
//   the caller counts it.
// * Records lie contiguous in memory: one that would cross the end of the buffer starts at its
//   beginning, and the consumer never sees the bytes that were skipped.
// * A handler of the producing thread that interrupts a reservation must not make one of its own:
//   ask writing() first.
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
    writing_ = false;
    head_.store(0, std::memory_order_relaxed);
    tail_.store(0, std::memory_order_relaxed);
  }

  // Room for a record of up to `size_bytes` (a multiple of 8), or null when the ring is full.
  // Must be followed by commit; commit(0) gives the room back. Ordinary records leave
  // `kept_free_bytes` untouched, for the last words of a thread whose ring is full.
  void* reserve(std::uint32_t size_bytes, std::uint64_t kept_free_bytes = kLastWordsBytes) {
    const std::uint64_t offset = write_at_ & (capacity_bytes_ - 1);
    const std::uint64_t to_end = capacity_bytes_ - offset;
    const std::uint64_t padding = to_end < size_bytes ? to_end : 0;
    if (!has_room(padding + size_bytes + kept_free_bytes)) return nullptr;
    writing_ = true;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (padding != 0) {
      // The consumer cuts its first piece here; published by commit's release of head_.
      pad_from_.store(write_at_, std::memory_order_relaxed);
      write_at_ += padding;
    }
    return buffer_ + (write_at_ & (capacity_bytes_ - 1));
  }

  // Publishes the first `size_bytes` of the reservation.
  void commit(std::uint32_t size_bytes) {
    write_at_ += size_bytes;
    head_.store(write_at_, std::memory_order_release);  // pairs with the acquire in pieces()
    std::atomic_signal_fence(std::memory_order_seq_cst);
    writing_ = false;
  }

  // True between reserve and commit: an interrupting handler must keep out.
  bool writing() const { return writing_; }

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
  bool has_room(std::uint64_t size_bytes) {
    if (write_at_ + size_bytes - cached_tail_ <= capacity_bytes_) return true;
    // Acquire pairs with release(): the consumer is done with those bytes before we reuse them.
    cached_tail_ = tail_.load(std::memory_order_acquire);
    return write_at_ + size_bytes - cached_tail_ <= capacity_bytes_;
  }

  // Producer's line.
  std::byte* buffer_ = nullptr;
  std::uint64_t capacity_bytes_ = 0;
  std::uint64_t write_at_ = 0;
  std::uint64_t cached_tail_ = 0;
  bool writing_ = false;
  std::atomic<std::uint64_t> pad_from_{~std::uint64_t{0}};
  std::atomic<std::uint64_t> head_{0};
  // Consumer's line.
  alignas(64) std::atomic<std::uint64_t> tail_{0};
};

}  // namespace plumbline::base
