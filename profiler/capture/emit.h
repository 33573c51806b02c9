// Putting a record into the calling thread's ring, and keeping account of those that do not fit.
//
// Where records were lost, the next record that carries an edge is preceded by a Loss record with
// that same edge: the reader books the stretch without events as `other: lost`, and everything
// after it is right again, because edges are cumulative.
// Thread rule: owner thread. Signal rule: async-signal-safe; the records of a handler that
// interrupts a record being written lie behind that one.
// Failure: null / false, counted in Thread::account.
#pragma once

#include <cstring>

#include "profiler/base/counter.h"
#include "profiler/capture/thread.h"

namespace plumbline::capture {

// Ordinary records leave room for the last words of a thread; those may use it.
enum class Room : std::uint8_t { kOrdinary, kLastWords };

inline std::uint64_t kept_free_bytes(Room room) {
  return room == Room::kLastWords ? 0 : base::EventRing::kLastWordsBytes;
}

inline void count_recorded(Thread& thread, Kind kind) {
  base::add(thread.account.recorded[static_cast<std::size_t>(kind)]);
}
void count_dropped(Thread& thread, Kind kind, bool reentry);

// Writes down the losses since the last record, as of `edge`. True when there is room again.
bool report_losses(Thread& thread, const Edge& edge, Room room = Room::kOrdinary);

// Room for a `Record` with `tail_bytes` behind it, header filled in; null when there is none.
// finish_record must follow. Nothing is counted.
template <class Record>
Record* try_start_record(Thread& thread, format::RecordType type, std::uint32_t tail_bytes,
                         Room room = Room::kOrdinary) {
  const std::uint32_t size_bytes = format::padded_size(sizeof(Record), tail_bytes);
  void* memory = thread.ring.reserve(size_bytes, kept_free_bytes(room));
  if (memory == nullptr) [[unlikely]]
    return nullptr;
  // One store instead of three: whoever reads the header as a whole next would have to wait for
  // them to reach the cache (little-endian, like the whole format).
  const std::uint64_t header = static_cast<std::uint64_t>(type) | std::uint64_t{size_bytes} << 32;
  std::memcpy(memory, &header, sizeof header);
  return static_cast<Record*>(memory);
}

// The same for a record that is accounted for.
template <class Record>
Record* start_record(Thread& thread, format::RecordType type, Kind kind, std::uint32_t tail_bytes) {
  auto* record = try_start_record<Record>(thread, type, tail_bytes);
  if (record == nullptr) [[unlikely]] {
    count_dropped(thread, kind, /*reentry=*/false);
    return nullptr;
  }
  count_recorded(thread, kind);
  return record;
}

inline void finish_record(Thread& thread) {
  thread.ring.commit();
  if (thread.ring.more_than_half_full()) [[unlikely]]
    recording.wake_drain();
}

// The same for one whose tail turned out shorter. Its header then says what it takes: more than is
// in it, where a handler's records lie behind it.
template <class Record>
void finish_record(Thread& thread, Record& record, std::uint32_t tail_bytes) {
  record.header.size_bytes = thread.ring.shrink(&record, record.header.size_bytes,
                                                format::padded_size(sizeof(Record), tail_bytes));
  finish_record(thread);
}

// A record of fixed size in one go: `fill(Record&)` writes everything but the header, in place. (A
// copy of a record made on the stack stalled on its own stores, 15 ns a record.)
template <class Record, class Fill>
bool emit(Thread& thread, format::RecordType type, Kind kind, const Fill& fill) {
  auto* record = start_record<Record>(thread, type, kind, /*tail_bytes=*/0);
  if (record == nullptr) return false;
  fill(*record);
  finish_record(thread);
  return true;
}

// One that is not accounted for: the caller keeps what does not fit.
template <class Record, class Fill>
bool try_emit(Thread& thread, format::RecordType type, const Fill& fill,
              Room room = Room::kOrdinary) {
  auto* record = try_start_record<Record>(thread, type, /*tail_bytes=*/0, room);
  if (record == nullptr) return false;
  fill(*record);
  finish_record(thread);
  return true;
}

}  // namespace plumbline::capture
