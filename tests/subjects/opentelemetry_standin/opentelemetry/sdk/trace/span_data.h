// Stand-in: the SDK's own record of a span.
#pragma once

#include <string>

#include "opentelemetry/sdk/trace/processor.h"

namespace opentelemetry::sdk::trace {

class SpanData final : public Recordable {
 public:
  opentelemetry::trace::TraceId GetTraceId() const noexcept { return span_context_.trace_id(); }
  opentelemetry::trace::SpanId GetSpanId() const noexcept { return span_context_.span_id(); }
  const opentelemetry::trace::SpanContext& GetSpanContext() const noexcept { return span_context_; }
  opentelemetry::trace::SpanId GetParentSpanId() const noexcept { return parent_span_id_; }
  nostd::string_view GetName() const noexcept { return name_; }

  void SetIdentity(const opentelemetry::trace::SpanContext& span_context,
                   opentelemetry::trace::SpanId parent_span_id) noexcept override {
    span_context_ = span_context;
    parent_span_id_ = parent_span_id;
  }
  void SetName(nostd::string_view name) noexcept override { name_ = name; }

 private:
  opentelemetry::trace::SpanContext span_context_{false, false};
  opentelemetry::trace::SpanId parent_span_id_;
  std::string name_;
};

}  // namespace opentelemetry::sdk::trace
