// Stand-in: the SDK's spans, which tell one processor of their lives.
#pragma once

#include <mutex>
#include <random>
#include <utility>

#include "opentelemetry/sdk/trace/processor.h"
#include "opentelemetry/trace/context.h"

namespace opentelemetry::sdk::trace {

class Span final : public opentelemetry::trace::Span {
 public:
  Span(SpanProcessor& processor, nostd::string_view name,
       const opentelemetry::trace::SpanContext& parent,
       const opentelemetry::trace::SpanContext& span_context) noexcept
      : processor_(processor), recordable_(processor.MakeRecordable()), context_(span_context) {
    recordable_->SetName(name);
    recordable_->SetIdentity(span_context, parent.span_id());
    processor_.OnStart(*recordable_, parent);
  }
  ~Span() override { End(); }

  void UpdateName(nostd::string_view name) noexcept override {
    const std::lock_guard lock(mutex_);
    if (recordable_ != nullptr) recordable_->SetName(name);
  }
  void End() noexcept override {
    const std::lock_guard lock(mutex_);
    if (recordable_ != nullptr) processor_.OnEnd(std::move(recordable_));
    recordable_.reset();
  }
  opentelemetry::trace::SpanContext GetContext() const noexcept override { return context_; }

 private:
  SpanProcessor& processor_;
  std::mutex mutex_;
  std::unique_ptr<Recordable> recordable_;
  opentelemetry::trace::SpanContext context_;
};

class Tracer {
 public:
  explicit Tracer(std::unique_ptr<SpanProcessor> processor) : processor_(std::move(processor)) {}

  // Below the active span of this thread.
  nostd::shared_ptr<opentelemetry::trace::Span> StartSpan(nostd::string_view name) {
    return StartSpan(
        name, opentelemetry::trace::GetSpan(context::RuntimeContext::GetCurrent())->GetContext());
  }
  nostd::shared_ptr<opentelemetry::trace::Span> StartSpan(
      nostd::string_view name, const opentelemetry::trace::SpanContext& parent) {
    const auto trace_id =
        parent.IsValid() ? parent.trace_id() : NewId<opentelemetry::trace::TraceId>();
    const opentelemetry::trace::SpanContext span_context(
        trace_id, NewId<opentelemetry::trace::SpanId>(), opentelemetry::trace::TraceFlags(1),
        false);
    return std::make_shared<Span>(*processor_, name, parent, span_context);
  }

 private:
  template <class Id>
  static Id NewId() {
    static thread_local std::mt19937 random{std::random_device{}()};
    uint8_t bytes[Id::kSize];
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random() | 1);
    return Id(nostd::span<const uint8_t, Id::kSize>(bytes));
  }

  std::unique_ptr<SpanProcessor> processor_;
};

}  // namespace opentelemetry::sdk::trace
