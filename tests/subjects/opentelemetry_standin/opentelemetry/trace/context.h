// Stand-in: the span in a context.
#pragma once

#include "opentelemetry/context/runtime_context.h"
#include "opentelemetry/trace/span_context.h"

namespace opentelemetry::trace {

class Span {
 public:
  virtual ~Span() = default;
  virtual void UpdateName(nostd::string_view name) noexcept = 0;
  virtual void End() noexcept = 0;
  virtual SpanContext GetContext() const noexcept = 0;
};

// Does nothing; carries the context of a span that is not recorded or is elsewhere.
class DefaultSpan : public Span {
 public:
  explicit DefaultSpan(SpanContext span_context) noexcept : span_context_(span_context) {}
  void UpdateName(nostd::string_view) noexcept override {}
  void End() noexcept override {}
  SpanContext GetContext() const noexcept override { return span_context_; }

 private:
  SpanContext span_context_;
};

inline nostd::shared_ptr<Span> GetSpan(const context::Context& context) noexcept {
  if (context.active_span() != nullptr) return context.active_span();
  return nostd::shared_ptr<Span>(new DefaultSpan(SpanContext::GetInvalid()));
}

class Scope final {
 public:
  explicit Scope(const nostd::shared_ptr<Span>& span) noexcept
      : token_(context::RuntimeContext::Attach(context::Context(span))) {}

 private:
  nostd::unique_ptr<context::Token> token_;
};

}  // namespace opentelemetry::trace
