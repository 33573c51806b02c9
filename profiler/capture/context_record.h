// The active span of a thread as others read it: the OpenTelemetry thread context (OTEP 4947).
//
// Written where the active span changes (span.cc). An eBPF profiler finds it through the exported
// thread-local pointer otel_thread_ctx_v1 and reads it while the thread is interrupted; our own
// sample handler reads the same memory. Of the two ways that the OTEP allows the pointer stays, and
// `valid` is toggled: a change of span is then a few stores into one cache line that is warm.
//
// Whoever reads more than one field must look at `valid` first. Our handler needs the span id only:
// one aligned word, which no signal can find half written, and which is zero when nothing is
// active. So it needs no `valid`, and a sample that falls into a change is not lost.
// Thread rule: written by its thread, while it runs; hide() also by the control thread at stop.
// Signal rule: async-signal-safe. Failure: none.
#pragma once

#include <plumbline/context.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace plumbline::capture {

// 8 lower-case hexadecimal digits, in the order of memory. OTEP 4947 knows only text as the value
// of an attribute, and the tracers that publish a local root spell it in 16 of these.
constexpr std::uint64_t hex_digits_of(std::uint32_t value) {
  constexpr std::uint64_t kEach = 0x0101010101010101u;
  std::uint64_t digits = __builtin_bswap32(value);  // the first digit's byte lowest
  digits = (digits | digits << 16) & 0x0000FFFF0000FFFFu;
  digits = (digits | digits << 8) & 0x00FF00FF00FF00FFu;
  digits = (digits >> 4 | digits << 8) & 0x0F0F0F0F0F0F0F0Fu;
  const std::uint64_t letters = ((digits + 6 * kEach) >> 4) & kEach;
  return digits + '0' * kEach + letters * ('a' - '0' - 10);
}

struct ContextRecord {
  static constexpr std::uint8_t kSampled = 1;  // W3C trace-flags: the span is recorded

  // OTEP 4947, "Thread-Local Context Record": packed, bytes of ids as in W3C Trace Context.
  std::uint64_t trace_id_high = 0;
  std::uint64_t trace_id_low = 0;
  std::atomic<std::uint64_t> span_id{0};
  std::atomic<std::uint8_t> valid{0};
  std::uint8_t trace_flags = kSampled;
  std::uint16_t attributes_bytes = 2 + sizeof root_digits;
  std::uint8_t root_key = 0;  // in threadlocal.attribute_key_map: session/process_context.cc
  std::uint8_t root_length = sizeof root_digits;
  char root_digits[16]{};
  // Behind what is published: the root that root_digits spell.
  std::uint64_t spelled_root = 0;

  // `span` is active from here on; span_id 0: nothing is.
  void show(const plumbline_span_context& span) {
    valid.store(0, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    span_id.store(__builtin_bswap64(span.span_id), std::memory_order_relaxed);
    if (span.span_id == 0) return;
    trace_id_high = __builtin_bswap64(span.trace_id_high);
    trace_id_low = __builtin_bswap64(span.trace_id_low);
    if (span.root_span_id != spelled_root) spell_root(span.root_span_id);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    valid.store(1, std::memory_order_relaxed);
  }

  void hide() { show({}); }

  // The active span; 0: none. For the thread's own handlers.
  std::uint64_t active_span_id() const {
    return __builtin_bswap64(span_id.load(std::memory_order_relaxed));
  }

 private:
  void spell_root(std::uint64_t root_span_id) {
    const std::uint64_t digits[2] = {hex_digits_of(static_cast<std::uint32_t>(root_span_id >> 32)),
                                     hex_digits_of(static_cast<std::uint32_t>(root_span_id))};
    __builtin_memcpy(root_digits, digits, sizeof digits);
    spelled_root = root_span_id;
  }
};
static_assert(offsetof(ContextRecord, span_id) == 16 && offsetof(ContextRecord, valid) == 24);
static_assert(offsetof(ContextRecord, trace_flags) == 25);
static_assert(offsetof(ContextRecord, attributes_bytes) == 26);
static_assert(offsetof(ContextRecord, root_key) == 28 &&
              offsetof(ContextRecord, root_digits) == 30);
static_assert(sizeof(ContextRecord) <= 64, "one cache line, as OTEP 4947 recommends");

// Lets others find `record` as the calling thread's, unless a tracer has put one of its own there.
void publish_context(const ContextRecord& record);

// Lets them find it no longer: its memory is about to go.
void withdraw_context(const ContextRecord& record);

// Where the calling thread's pointer to its record is.
const void* place_of_context();

}  // namespace plumbline::capture
