// Stand-in: identity of a span.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "opentelemetry/nostd/types.h"

namespace opentelemetry::trace {

template <int kBytes>
class IdOf {
 public:
  static constexpr int kSize = kBytes;
  IdOf() noexcept = default;
  explicit IdOf(nostd::span<const uint8_t, kBytes> id) noexcept {
    std::copy(id.begin(), id.end(), rep_.begin());
  }
  nostd::span<const uint8_t, kBytes> Id() const noexcept {
    return nostd::span<const uint8_t, kBytes>(rep_);
  }
  bool IsValid() const noexcept { return *this != IdOf(); }
  bool operator==(const IdOf&) const noexcept = default;

 private:
  std::array<uint8_t, kBytes> rep_{};
};

using TraceId = IdOf<16>;
using SpanId = IdOf<8>;

class TraceFlags {
 public:
  static constexpr uint8_t kIsSampled = 1;
  explicit TraceFlags(uint8_t flags = 0) noexcept : rep_(flags) {}
  bool IsSampled() const noexcept { return (rep_ & kIsSampled) != 0; }

 private:
  uint8_t rep_;
};

class SpanContext final {
 public:
  SpanContext(bool sampled_flag, bool is_remote) noexcept
      : trace_flags_(sampled_flag ? TraceFlags::kIsSampled : uint8_t{0}), is_remote_(is_remote) {}
  SpanContext(TraceId trace_id, SpanId span_id, TraceFlags trace_flags, bool is_remote) noexcept
      : trace_id_(trace_id), span_id_(span_id), trace_flags_(trace_flags), is_remote_(is_remote) {}

  bool IsValid() const noexcept { return trace_id_.IsValid() && span_id_.IsValid(); }
  const TraceFlags& trace_flags() const noexcept { return trace_flags_; }
  const TraceId& trace_id() const noexcept { return trace_id_; }
  const SpanId& span_id() const noexcept { return span_id_; }
  bool IsRemote() const noexcept { return is_remote_; }
  bool IsSampled() const noexcept { return trace_flags_.IsSampled(); }
  static SpanContext GetInvalid() noexcept { return SpanContext(false, false); }

 private:
  TraceId trace_id_;
  SpanId span_id_;
  TraceFlags trace_flags_;
  bool is_remote_;
};

}  // namespace opentelemetry::trace
