// Record layouts of a recording: what the target writes and the reader reads.
//
// The grammar of a whole file is in FORMAT.md. Records are plain structs in host byte order
// (little-endian x86-64), each a multiple of 8 bytes, each starting with a RecordHeader whose size
// lets a reader step over what it does not know.
// Thread rule: layouts only. Signal rule: async-signal-safe. Failure: none; sizes are asserted.
#pragma once

#include <cstddef>
#include <cstdint>

#include "profiler/format/category.h"

namespace plumbline::format {

inline constexpr std::uint32_t kFormatVersion = 2;

enum class RecordType : std::uint16_t {
  kThreadStart = 1,
  kThreadEnd = 2,
  kThreadState = 3,
  kThreadName = 4,
  kSpanStart = 10,
  kSpanEnd = 11,
  kSpanEndpoint = 12,
  kScopeEnter = 20,
  kScopeLeave = 21,
  kWait = 30,
  kCallSums = 31,
  kSample = 40,
  kThreadSampling = 41,
  kRateChange = 42,
  kLoss = 50,
  kName = 60,
  kModule = 61,
  kSetting = 62,
  kCounter = 63,
  kFlush = 64,
};

struct RecordHeader {
  RecordType type;
  std::uint16_t flags;       // meaning per record type
  std::uint32_t size_bytes;  // of the whole record, header included; a multiple of 8
};
static_assert(sizeof(RecordHeader) == 8);

// One snapshot of a thread's clocks, taken with no context switch between its reads.
// All values are cumulative since the thread began, so that the difference of any two edges is
// right even when the edges between them were dropped.
struct Edge {
  std::int64_t wall_ns;       // CLOCK_MONOTONIC
  std::int64_t cpu_ns;        // CPU of the thread, user + kernel; never decreases
  std::int64_t run_delay_ns;  // runnable, but waiting for a CPU (schedstat, second field)
  std::int64_t stolen_ns;     // part of cpu_ns that the kernel's thread clock did not confirm
  std::uint32_t voluntary_switches;
  std::uint32_t major_faults;
};
static_assert(sizeof(Edge) == 40);

// flags of ThreadStart
inline constexpr std::uint16_t kThreadExisted = 1;  // found running, not seen being created
// flags of ThreadState
inline constexpr std::uint16_t kThreadInWait = 1;  // wait_begin .. operation are meaningful

struct ThreadStart {
  RecordHeader header;
  Edge edge;
  char name[16];  // at that moment; see ThreadName
};
static_assert(sizeof(ThreadStart) == 64);

// The thread's own last edge: it ended, or it stopped the recording.
struct ThreadEnd {
  RecordHeader header;
  Edge edge;
};
static_assert(sizeof(ThreadEnd) == 48);

// Programs name their threads after they began: the last name wins.
struct ThreadName {
  RecordHeader header;
  char name[16];  // as in /proc, NUL-terminated
};
static_assert(sizeof(ThreadName) == 24);

// What a live thread was doing at a flush, read from outside (its voluntary switches are not
// known then and repeat the last known). Counts only if no later event of the thread follows.
struct ThreadState {
  RecordHeader header;
  Edge now;
  Edge wait_begin;
  std::uint64_t wait_span_id;
  std::uint64_t object;
  std::uint64_t owner_span_id;
  std::int32_t owner_tid;
  Category category;
  Operation operation;
  DescriptorKind descriptor_kind;
  std::uint8_t reserved[1];
};
static_assert(sizeof(ThreadState) == 120);

struct SpanStart {
  RecordHeader header;
  std::int64_t wall_ns;
  std::uint64_t trace_id_high;
  std::uint64_t trace_id_low;
  std::uint64_t span_id;
  std::uint64_t parent_span_id;  // 0: none
  std::uint64_t root_span_id;    // local root; equals span_id in a root
  std::uint32_t name_id;
  std::uint32_t tracer_name_id;
};
static_assert(sizeof(SpanStart) == 64);

struct SpanEnd {
  RecordHeader header;
  std::int64_t wall_ns;
  std::uint64_t span_id;
};
static_assert(sizeof(SpanEnd) == 24);

// Names the endpoint of a local root. The latest one wins, whichever thread wrote it.
struct SpanEndpoint {
  RecordHeader header;
  std::int64_t wall_ns;
  std::uint64_t root_span_id;
  std::uint32_t name_id;
  std::uint32_t reserved;
};
static_assert(sizeof(SpanEndpoint) == 32);

// Enter or leave: from this edge on, `span_id` is the thread's innermost active span (0: none).
struct ScopeChange {
  RecordHeader header;
  Edge edge;
  std::uint64_t span_id;
  std::int64_t captured_ns;  // enter of a handed-over context: when it was captured; else 0
};
static_assert(sizeof(ScopeChange) == 64);

// A hooked call in which the thread gave up its CPU. Frames follow, leaf first.
struct Wait {
  RecordHeader header;
  Edge begin;
  Edge end;
  std::uint64_t span_id;  // innermost active span when the call began
  std::uint64_t object;   // address of the lock, or the descriptor
  // Who held the lock when the wait began, and that thread's innermost span then. 0: nobody known.
  std::uint64_t owner_span_id;
  std::int32_t owner_tid;
  Category category;
  Operation operation;
  DescriptorKind descriptor_kind;
  StackEnd stack_end;
  std::uint32_t frame_count;  // addresses (8 bytes each) behind this struct
  std::uint8_t reserved[4];
};
static_assert(sizeof(Wait) == 128);

// Hooked calls that returned without blocking since the last record of this kind, summed.
struct CallSums {
  RecordHeader header;
  std::uint64_t span_id;
  std::int64_t wall_ns;
  std::int64_t cpu_ns;
  std::uint32_t calls;
  Category category;
  Operation operation;
  std::uint8_t reserved[2];
};
static_assert(sizeof(CallSums) == 40);

// flags of Sample
inline constexpr std::uint16_t kSampleInHook = 1;  // the thread was inside a hooked call

// A stack on the sampling clock. Frames follow, leaf first. Its weight is the growth of
// (cpu_ns - hook_cpu_ns) since the thread's previous sample outside a hook; a sample inside a hook
// weighs nothing, since what it could stand for is booked when the call ends.
struct Sample {
  RecordHeader header;
  std::int64_t wall_ns;
  std::int64_t cpu_ns;
  std::int64_t hook_cpu_ns;  // CPU spent inside hooked calls, cumulative
  std::int64_t period_ns;    // CPU time asked for between this sample and the one before
  std::uint64_t span_id;
  std::uint32_t frame_count;
  StackEnd stack_end;
  std::uint8_t reserved[3];
};
static_assert(sizeof(Sample) == 56);

// How a thread has been sampled so far, in totals that only grow; the last one counts. Each signal
// of the sampling clock was recorded as a sample or dropped by a cause:
//   expected = signals + overruns + unseen = samples recorded + dropped + overruns + unseen
struct ThreadSampling {
  RecordHeader header;
  std::uint64_t signals;   // of the sampling clock that arrived
  std::uint64_t overruns;  // expiries of the timer for which the kernel sent no signal of their own
  std::uint64_t unseen;    // periods of the perf clock that ended in the kernel: without a signal
  std::uint64_t dropped;   // samples, by any cause
  std::int64_t asked_ns;   // CPU that all expected ones stand for: their periods, and what was late
  SampleClock clock;
  std::uint8_t reserved[7];
};
static_assert(sizeof(ThreadSampling) == 56);

// From here on the profiler samples at another rate, since its own CPU passed the budget (or fell
// below it again). Of the process.
struct RateChange {
  RecordHeader header;
  std::int64_t wall_ns;
  std::int64_t old_period_ns;  // mean periods
  std::int64_t new_period_ns;
  std::int64_t own_cpu_ns;      // the profiler's, over the stretch that was looked at
  std::int64_t process_cpu_ns;  // the whole process's over the same stretch
};
static_assert(sizeof(RateChange) == 48);

// Events that did not fit into the ring since the thread's last event, by kind. The state that
// they would have left behind is in `span_id`.
struct Loss {
  RecordHeader header;
  Edge edge;  // when writing became possible again
  std::uint64_t span_id;
  std::uint32_t scopes;
  std::uint32_t spans;
  std::uint32_t waits;
  std::uint32_t samples;
};
static_assert(sizeof(Loss) == 72);

// Text behind the struct is not NUL-terminated; zero bytes pad it to a multiple of 8.
struct Name {
  RecordHeader header;
  std::uint32_t name_id;
  std::uint32_t length_bytes;
};
static_assert(sizeof(Name) == 16);

// A loaded object. The path, then the build id, follow.
struct Module {
  RecordHeader header;
  std::uint64_t load_bias;  // address in the process minus address in the ELF file
  std::uint64_t begin;      // executable range
  std::uint64_t end;
  std::uint32_t path_bytes;
  std::uint32_t build_id_bytes;
};
static_assert(sizeof(Module) == 40);

// How the recording was made ("cpu_clock" = "rseq"). The last value of a key wins.
struct Setting {
  RecordHeader header;
  std::uint32_t key_bytes;
  std::uint32_t value_bytes;
};
static_assert(sizeof(Setting) == 16);

// A total that only grows ("samples.recorded"). The last value wins.
struct Counter {
  RecordHeader header;
  std::int64_t value;
  std::uint32_t key_bytes;
  std::uint32_t reserved;
};
static_assert(sizeof(Counter) == 24);

// Ends a flush: what a live thread has not written of itself, or had written of it, has not changed
// up to here. So a thread that stays in one wait costs nothing at each flush.
struct Flush {
  RecordHeader header;
  std::int64_t wall_ns;
};
static_assert(sizeof(Flush) == 16);

inline constexpr std::size_t kMaxFrames = 512;

// Size of a record with `tail_bytes` behind its struct, rounded up to the alignment of records.
constexpr std::uint32_t padded_size(std::size_t struct_bytes, std::size_t tail_bytes) {
  return static_cast<std::uint32_t>((struct_bytes + tail_bytes + 7) & ~std::size_t{7});
}

}  // namespace plumbline::format
