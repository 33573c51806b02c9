// A recording in memory: tables by column, one row for each span, wait, sample and edge.
//
// Filled by reader.h, read by attribution and by every view. Times are CLOCK_MONOTONIC
// nanoseconds. Indexes are 32-bit; kNone means "no row".
// Thread rule: immutable once read; share it freely. Failure: none (plain data).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "profiler/format/block.h"
#include "profiler/format/record.h"

namespace plumbline::analysis {

using Index = std::uint32_t;
inline constexpr Index kNone = 0xFFFFFFFF;

// Rows of Recording::names that every recording has.
inline constexpr Index kEmptyName = 0;
inline constexpr Index kUnknownName = 1;     // "<unknown>": the record that tells was not there
inline constexpr Index kUnfinishedName = 2;  // "<unfinished>": endpoint of a root that never ended

// One row for each span id in the file, in the order in which it was first met: also for spans
// whose start was lost, since time and waits are still theirs.
struct SpanTable {
  std::vector<std::uint64_t> span_id, trace_id_high, trace_id_low, parent_span_id, root_span_id;
  std::vector<std::int64_t> start_ns;  // -1: the start was not recorded
  std::vector<std::int64_t> end_ns;    // -1: unfinished when the recording ended
  std::vector<Index> name, endpoint;   // into Recording::names; endpoint as of the local root
  std::vector<Index> root;             // row of the local root, or kNone when it was not recorded
  std::size_t size() const { return span_id.size(); }
};

struct ThreadTable {
  std::vector<std::uint32_t> thread_index;  // as in the block headers
  std::vector<std::int32_t> tid;
  std::vector<std::string> name;
  std::vector<bool> ended;                       // by its own hand, inside the recording
  std::vector<format::ThreadSampling> sampling;  // the last; clock kNone: none was recorded
  std::size_t size() const { return tid.size(); }
};

// What an event in a thread's stream is. Streams are in the order in which the thread wrote them.
enum class EventKind : std::uint8_t {
  kThreadStart,
  kScope,
  kWait,
  kLoss,
  kThreadState,
  kThreadEnd
};

struct Event {
  EventKind kind;
  Index wait = kNone;   // row of WaitTable, for kWait and for an open wait in kThreadState
  Index span = kNone;   // innermost span from here on: kScope, kLoss
  format::Edge edge{};  // of the event; for kWait the end of the wait
  std::uint32_t lost_events = 0;  // kLoss: scopes and waits, which the time partition misses
};

struct WaitTable {
  std::vector<Index> thread, span, stack;
  std::vector<format::Edge> begin, end;
  std::vector<format::Category> category;
  std::vector<format::Operation> operation;
  std::vector<format::DescriptorKind> descriptor_kind;
  std::vector<std::uint64_t> object;
  // Of a lock: who held it when the wait began, and that thread's innermost span. 0: not known.
  std::vector<std::int32_t> owner_tid;
  std::vector<std::uint64_t> owner_span_id;
  std::vector<bool> open;  // still waiting when the recording ended: `end` is the last flush
  std::size_t size() const { return thread.size(); }
};

struct SampleTable {
  std::vector<Index> thread, span, stack;
  std::vector<std::int64_t> wall_ns;
  std::vector<std::int64_t> cpu_ns;  // of the thread so far, as CPU - stolen of an edge
  // CPU outside hooks since the thread's previous sample outside hooks; 0 inside a hook.
  std::vector<std::int64_t> weight_ns;
  std::vector<std::int64_t> period_ns;  // CPU asked for, over the same stretch as the weight
  std::vector<bool> in_hook;
  std::size_t size() const { return thread.size(); }
};

// Calls that returned without blocking, summed between two edges of a thread.
struct CallSumsTable {
  std::vector<Index> thread, span;
  std::vector<format::Category> category;
  std::vector<format::Operation> operation;
  std::vector<std::uint32_t> calls;
  std::vector<std::int64_t> wall_ns, cpu_ns;
  std::vector<std::int64_t> near_ns;  // the thread's edge before the record: about when
  std::size_t size() const { return thread.size(); }
};

// Contexts that were captured on one thread and activated here: the time between was in a queue.
struct HandOverTable {
  std::vector<Index> thread, span;
  std::vector<std::int64_t> captured_ns, activated_ns;
  std::size_t size() const { return thread.size(); }
};

// A sample's first frame is where the thread was; all others, and all of a wait's, are return
// addresses.
struct StackTable {
  std::vector<std::uint64_t> frames;  // all stacks, leaf first, one behind the other
  std::vector<std::uint64_t> first;   // of each stack in `frames`; one more than stacks
  std::vector<format::StackEnd> end;
  std::size_t size() const { return end.size(); }
};

struct Module {
  std::uint64_t load_bias, begin, end;
  std::string path;
  std::string build_id;  // hex
};

// Records that a full ring can cost, by kind. `spans`: starts, ends and endpoints. Sums of calls
// cannot be lost: they wait for room.
struct EventCounts {
  std::uint64_t scopes = 0, spans = 0, waits = 0, samples = 0;
  std::uint64_t total() const { return scopes + spans + waits + samples; }
};

// What the reader met on its way. `intact` is false when the file was cut or damaged; everything
// before that is in the tables.
struct ReadReport {
  std::uint64_t file_bytes = 0;
  std::uint64_t read_bytes = 0;          // the file header and whole blocks
  std::uint64_t dropped_bytes = 0;       // from the damage to the end of the file
  std::uint64_t uncompressed_bytes = 0;  // what read_bytes would be had nothing been compressed
  std::uint64_t blocks = 0, records = 0;
  std::uint64_t unknown_records = 0;       // of types newer than this reader
  std::uint64_t rejected_records = 0;      // malformed inside a block whose checksum is right
  std::uint64_t rejected_bytes = 0;        // theirs, and what stood behind an unsteppable one
  std::uint64_t repeated_span_starts = 0;  // of a span that was started: the first counts
  std::uint64_t repeated_span_ends = 0;    // of a span that was ended: the earliest counts
  std::uint64_t backwards_spans = 0;       // ended before they started: taken as of no length
  std::uint64_t unstarted_spans = 0;       // met without their start
  std::uint64_t unresolved_names = 0;      // uses of a name that is not in the file
  bool intact = true;
  std::string damage;  // "at byte 4096: block checksum differs", when not intact
};

struct Recording {
  format::FileHeader header{};
  std::vector<std::string> names;  // kEmptyName, kUnknownName, kUnfinishedName, then the file's
  SpanTable spans;
  ThreadTable threads;
  std::vector<std::vector<Event>> events;  // by thread row
  WaitTable waits;
  SampleTable samples;
  CallSumsTable call_sums;
  HandOverTable hand_overs;
  StackTable stacks;
  std::vector<Module> modules;
  std::vector<format::RateChange> rate_changes;  // in the order in which they came
  std::map<std::string, std::string> settings;
  std::map<std::string, std::int64_t> counters;
  EventCounts recorded;  // records in the file
  EventCounts lost;      // by the Loss records among them
  ReadReport report;
};

}  // namespace plumbline::analysis
