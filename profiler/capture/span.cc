#include "profiler/capture/span.h"

#include "profiler/capture/emit.h"
#include "profiler/capture/names.h"
#include "profiler/capture/unblocked.h"

namespace plumbline::capture {

using format::RecordType;

namespace {

plumbline_span_context make_context(Thread& thread, const plumbline_span_context* parent) {
  if (parent == nullptr && thread.active.span_id != 0) parent = &thread.active;
  plumbline_span_context span{};
  span.span_id = thread.random.next_id();
  if (parent != nullptr) {
    span.trace_id_high = parent->trace_id_high;
    span.trace_id_low = parent->trace_id_low;
    span.root_span_id = parent->root_span_id;
  } else {
    span.trace_id_high = thread.random.next_id();
    span.trace_id_low = thread.random.next_id();
    span.root_span_id = span.span_id;
  }
  return span;
}

void emit_start(Thread& thread, const plumbline_span_context& span,
                const plumbline_span_context* parent, std::uint32_t tracer_name, std::uint32_t name,
                std::int64_t wall_ns) {
  if (parent == nullptr && span.root_span_id != span.span_id) parent = &thread.active;
  emit<format::SpanStart>(thread, RecordType::kSpanStart, Kind::kSpan,
                          [&](format::SpanStart& start) {
                            start.wall_ns = wall_ns;
                            start.trace_id_high = span.trace_id_high;
                            start.trace_id_low = span.trace_id_low;
                            start.span_id = span.span_id;
                            start.parent_span_id = parent != nullptr ? parent->span_id : 0;
                            start.root_span_id = span.root_span_id;
                            start.name_id = name;
                            start.tracer_name_id = tracer_name;
                          });
}

void emit_end(Thread& thread, std::uint64_t span_id, std::int64_t wall_ns) {
  emit<format::SpanEnd>(thread, RecordType::kSpanEnd, Kind::kSpan, [&](format::SpanEnd& end) {
    end.wall_ns = wall_ns;
    end.span_id = span_id;
  });
}

// From `edge` on, `span` is innermost.
void change_scope(Thread& thread, RecordType type, const Edge& edge,
                  const plumbline_span_context& span) {
  if (thread.account.any_unreported) [[unlikely]]
    report_losses(thread, edge);
  if (thread.unblocked_mask != 0) write_unblocked(thread);
  emit<format::ScopeChange>(thread, type, Kind::kScope, [&](format::ScopeChange& change) {
    change.edge = edge;
    change.span_id = span.span_id;
    change.captured_ns = span.captured_ns;
  });
  thread.active = span;
  thread.active.captured_ns = 0;
}

void open_scope(Thread& thread, const Edge& edge, const plumbline_span_context& span,
                plumbline_scope& scope) {
  scope.previous = thread.active;
  scope.thread = &thread;
  change_scope(thread, RecordType::kScopeEnter, edge, span);
}

// The calling thread, if it is the one that opened `scope`.
Thread* thread_of(const plumbline_scope& scope) {
  Thread* thread = recording_thread();
  if (thread == nullptr || scope.thread == thread) return thread;
  recording.scopes_on_wrong_thread.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

}  // namespace

void start_span(std::uint32_t tracer_name, std::string_view name,
                const plumbline_span_context* parent, plumbline_span_context& span) {
  Thread* thread = recording_thread();
  if (thread == nullptr) {
    span = {};
    return;
  }
  const std::int64_t now_ns = thread->clock.now_ns();
  span = make_context(*thread, parent);
  emit_start(*thread, span, parent, tracer_name, intern_name(name), now_ns);
}

void end_span(const plumbline_span_context& span) {
  Thread* thread = recording_thread();
  if (thread == nullptr || span.span_id == 0) return;
  emit_end(*thread, span.span_id, thread->clock.now_ns());
}

void set_endpoint(const plumbline_span_context& span, std::string_view name) {
  Thread* thread = recording_thread();
  if (thread == nullptr || span.span_id == 0) return;
  const std::int64_t now_ns = thread->clock.now_ns();
  emit<format::SpanEndpoint>(*thread, RecordType::kSpanEndpoint, Kind::kSpan,
                             [&](format::SpanEndpoint& endpoint) {
                               endpoint.wall_ns = now_ns;
                               endpoint.root_span_id = span.root_span_id;
                               endpoint.name_id = intern_name(name);
                               endpoint.reserved = 0;
                             });
}

void enter_scope(const plumbline_span_context& span, plumbline_scope& scope) {
  scope.thread = nullptr;
  Thread* thread = recording_thread();
  if (thread == nullptr || span.span_id == 0) return;
  open_scope(*thread, thread->clock.take(), span, scope);
}

void leave_scope(const plumbline_scope& scope) {
  Thread* thread = thread_of(scope);
  if (thread == nullptr) return;
  change_scope(*thread, RecordType::kScopeLeave, thread->clock.take(), scope.previous);
}

void enter_span(std::uint32_t tracer_name, std::string_view name, plumbline_span_context& span,
                plumbline_scope& scope) {
  scope.thread = nullptr;
  Thread* thread = recording_thread();
  if (thread == nullptr) {
    span = {};
    return;
  }
  const Edge edge = thread->clock.take();
  span = make_context(*thread, nullptr);
  emit_start(*thread, span, nullptr, tracer_name, intern_name(name), edge.wall_ns);
  open_scope(*thread, edge, span, scope);
}

void leave_span(const plumbline_span_context& span, const plumbline_scope& scope) {
  Thread* thread = thread_of(scope);
  if (thread == nullptr) return end_span(span);
  const Edge edge = thread->clock.take();
  change_scope(*thread, RecordType::kScopeLeave, edge, scope.previous);
  emit_end(*thread, span.span_id, edge.wall_ns);
}

void capture_context(plumbline_span_context& span) {
  Thread* thread = recording_thread();
  if (thread == nullptr || thread->active.span_id == 0) {
    span = {};
    return;
  }
  span = thread->active;
  span.captured_ns = thread->clock.now_ns();
}

}  // namespace plumbline::capture
