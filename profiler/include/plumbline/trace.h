// Spans for programs: names and meaning as in opentelemetry-cpp (Tracer, Span, Scope).
//
//   auto tracer = plumbline::GetTracer("shop");
//   auto span = tracer->StartSpan("GET /report/17");      // local root: its name is the endpoint
//   {
//     auto scope = tracer->WithActiveSpan(span);          // links samples and waits of this thread
//     auto child = tracer->StartActiveSpan("query");      // started and activated at one moment
//     rows = Query();
//   }
//   span->SetEndpoint("GET /report/{id}");
//   span->End();
//
// Header only. Without the profiler every call is a load and a branch; nothing has to be linked
// but libdl, which glibc >= 2.34 has inside.
//
// Thread rule: objects belong to one thread at a time; a Scope must end on the thread that began
// it, in reverse order. Hand a span to another thread with CaptureContext / ActivateContext.
// Signal rule: async-signal-safe once the table was looked up (the first call in the process).
// Failure rule: nothing fails, nothing throws, errno is kept.
#ifndef PLUMBLINE_TRACE_H_
#define PLUMBLINE_TRACE_H_

#include <dlfcn.h>
#include <plumbline/context.h>

#include <atomic>
#include <cstdint>
#include <string_view>

namespace plumbline {

namespace internal {

// Stands for "not looked up yet"; its address is never used as a table.
inline constexpr plumbline_api kUnresolved{};
inline std::atomic<const plumbline_api*> resolved_api{&kUnresolved};

inline const plumbline_api* LookUpApi() {
  const auto* api = static_cast<const plumbline_api*>(dlsym(RTLD_DEFAULT, PLUMBLINE_API_SYMBOL));
  // Older than these headers is fine as long as the first version of the table is there.
  if (api != nullptr && !PLUMBLINE_API_HAS(api, stop)) api = nullptr;
  // Release pairs with the acquire in Api(): whoever sees the pointer sees the loaded table.
  resolved_api.store(api, std::memory_order_release);
  return api;
}

// The profiler's table, or null when the process has none.
inline const plumbline_api* Api() {
  const plumbline_api* api = resolved_api.load(std::memory_order_acquire);
  return api == &kUnresolved ? LookUpApi() : api;
}

// The same while a session records, else null.
inline const plumbline_api* RecordingApi() {
  const plumbline_api* api = Api();
  if (api == nullptr) return nullptr;
  if (!PLUMBLINE_API_HAS(api, recording)) return api;
  return __atomic_load_n(api->recording, __ATOMIC_RELAXED) != 0 ? api : nullptr;
}

}  // namespace internal

// A span's identity, free to copy and to carry to another thread.
using SpanContext = plumbline_span_context;

// A named interval of work. Ends with End() or with the object. Move only.
class Span {
 public:
  Span() = default;
  explicit Span(const SpanContext& context) : context_(context) {}
  Span(Span&& other) noexcept : context_(other.context_) { other.context_ = {}; }
  Span& operator=(Span&& other) noexcept {
    if (this != &other) {
      End();
      context_ = other.context_;
      other.context_ = {};
    }
    return *this;
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  ~Span() { End(); }

  // Ends the span now; later calls do nothing.
  void End() {
    if (context_.span_id == 0) return;
    if (const auto* api = internal::Api()) api->end_span(&context_);
    context_ = {};
  }

  // Names the endpoint of this span's local root, until that root ends. Cut at '?' and '#'.
  void SetEndpoint(std::string_view endpoint) {
    if (context_.span_id == 0) return;
    if (const auto* api = internal::Api()) {
      api->set_endpoint(&context_, endpoint.data(), endpoint.size());
    }
  }

  // All zero when there is no profiler, or the span has ended.
  const SpanContext& GetContext() const { return context_; }

  // So that `span->End()` reads as with opentelemetry-cpp's shared pointers.
  Span* operator->() { return this; }
  const Span* operator->() const { return this; }

 private:
  SpanContext context_{};
};

// While it lives, its span is the thread's innermost active span. Neither copied nor moved.
class Scope {
 public:
  explicit Scope(const SpanContext& span) {
    if (span.span_id == 0) return;
    if (const auto* api = internal::RecordingApi()) api->enter_scope(&span, &scope_);
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() {
    if (scope_.thread == nullptr) return;
    if (const auto* api = internal::Api()) api->leave_scope(&scope_);
  }

 private:
  plumbline_scope scope_{};
};

// A span that is active for as long as it lives: one clock read at each end instead of two.
class ActiveSpan {
 public:
  ActiveSpan(std::uint32_t tracer_name, std::string_view name) {
    if (const auto* api = internal::RecordingApi()) {
      api->enter_span(tracer_name, name.data(), name.size(), &context_, &scope_);
    }
  }
  ActiveSpan(const ActiveSpan&) = delete;
  ActiveSpan& operator=(const ActiveSpan&) = delete;
  ~ActiveSpan() {
    if (context_.span_id == 0) return;
    if (const auto* api = internal::Api()) api->leave_span(&context_, &scope_);
  }

  const SpanContext& GetContext() const { return context_; }

 private:
  SpanContext context_{};
  plumbline_scope scope_;  // written when the span is, else never read
};

struct StartSpanOptions {
  // Parent instead of the thread's active span; span_id 0: the active span.
  SpanContext parent{};
};

// Makes spans in the name of one instrumented library. A small value; copy it freely.
class Tracer {
 public:
  explicit Tracer(std::string_view name) {
    if (const auto* api = internal::Api()) name_ = api->intern(name.data(), name.size());
  }

  // Starts a span below the active span of this thread, or a local root. Does not activate it.
  Span StartSpan(std::string_view name, const StartSpanOptions& options = {}) const {
    SpanContext context{};
    if (const auto* api = internal::RecordingApi()) {
      const SpanContext* parent = options.parent.span_id != 0 ? &options.parent : nullptr;
      api->start_span(name_, name.data(), name.size(), parent, &context);
    }
    return Span(context);
  }

  // Activates `span` on this thread for the life of the result.
  static Scope WithActiveSpan(const Span& span) { return Scope(span.GetContext()); }

  // StartSpan and WithActiveSpan in one, and at one moment.
  ActiveSpan StartActiveSpan(std::string_view name) const { return ActiveSpan(name_, name); }

  const Tracer* operator->() const { return this; }

 private:
  std::uint32_t name_ = 0;
};

inline Tracer GetTracer(std::string_view name) { return Tracer(name); }

// The active span of this thread, for another thread to continue. The time until it is activated
// there is queue time.
inline SpanContext CaptureContext() {
  SpanContext context{};
  if (const auto* api = internal::RecordingApi()) api->capture(&context);
  return context;
}

// Continues a captured span on this thread for the life of the result.
inline Scope ActivateContext(const SpanContext& context) { return Scope(context); }

}  // namespace plumbline

#endif  // PLUMBLINE_TRACE_H_
