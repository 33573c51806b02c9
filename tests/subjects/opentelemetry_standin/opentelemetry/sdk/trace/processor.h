// Stand-in: what the SDK tells about spans.
#pragma once

#include <chrono>
#include <memory>

#include "opentelemetry/trace/span_context.h"

namespace opentelemetry::sdk::trace {

class Recordable {
 public:
  virtual ~Recordable() = default;
  virtual void SetIdentity(const opentelemetry::trace::SpanContext& span_context,
                           opentelemetry::trace::SpanId parent_span_id) noexcept = 0;
  virtual void SetName(nostd::string_view name) noexcept = 0;
};

class SpanProcessor {
 public:
  virtual ~SpanProcessor() = default;
  virtual std::unique_ptr<Recordable> MakeRecordable() noexcept = 0;
  virtual void OnStart(Recordable& span,
                       const opentelemetry::trace::SpanContext& parent_context) noexcept = 0;
  virtual void OnEnd(std::unique_ptr<Recordable>&& span) noexcept = 0;
  virtual bool ForceFlush(
      std::chrono::microseconds timeout = (std::chrono::microseconds::max)()) noexcept = 0;
  virtual bool Shutdown(
      std::chrono::microseconds timeout = (std::chrono::microseconds::max)()) noexcept = 0;
};

}  // namespace opentelemetry::sdk::trace
