#include "profiler/capture/span.h"

#include "profiler/capture/emit.h"
#include "profiler/capture/names.h"
#include "profiler/capture/unblocked.h"

namespace plumbline::capture {

using format::RecordType;

namespace {

// A new span below `parent`; a local root when that is no span.
plumbline_span_context make_context(Thread& thread, const plumbline_span_context& parent) {
  plumbline_span_context span{};
  span.span_id = thread.random.next_id();
  if (parent.span_id != 0) {
    span.trace_id_high = parent.trace_id_high;
    span.trace_id_low = parent.trace_id_low;
    span.root_span_id = parent.root_span_id;
  } else {
    span.trace_id_high = thread.random.next_id();
    span.trace_id_low = thread.random.next_id();
    span.root_span_id = span.span_id;
  }
  return span;
}

void emit_endpoint(Thread& thread, std::uint64_t root_span_id, std::uint32_t name,
                   std::int64_t wall_ns) {
  emit<format::SpanEndpoint>(thread, RecordType::kSpanEndpoint, Kind::kSpan,
                             [&](format::SpanEndpoint& endpoint) {
                               endpoint.wall_ns = wall_ns;
                               endpoint.root_span_id = root_span_id;
                               endpoint.name_id = name;
                               endpoint.reserved = 0;
                             });
}

// A root's name is its endpoint unless another is set: one too many is replaced right here.
void cap_endpoint_of_root(Thread& thread, const plumbline_span_context& span, std::uint32_t name,
                          std::int64_t wall_ns) {
  if (span.root_span_id != span.span_id) return;
  if (admit_endpoint(name, EndpointBy::kRootName)) [[likely]]
    return;
  emit_endpoint(thread, span.span_id, kOtherName, wall_ns);
}

void emit_start(Thread& thread, const plumbline_span_context& span, std::uint64_t parent_span_id,
                std::uint32_t tracer_name, std::uint32_t name, std::int64_t wall_ns) {
  emit<format::SpanStart>(thread, RecordType::kSpanStart, Kind::kSpan,
                          [&](format::SpanStart& start) {
                            start.wall_ns = wall_ns;
                            start.trace_id_high = span.trace_id_high;
                            start.trace_id_low = span.trace_id_low;
                            start.span_id = span.span_id;
                            start.parent_span_id = parent_span_id;
                            start.root_span_id = span.root_span_id;
                            start.name_id = name;
                            start.tracer_name_id = tracer_name;
                          });
  cap_endpoint_of_root(thread, span, name, wall_ns);
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
  // Before the record: a handler whose records come to lie behind it goes back to this span.
  thread.active = span;
  thread.active.captured_ns = 0;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  emit<format::ScopeChange>(thread, type, Kind::kScope, [&](format::ScopeChange& change) {
    change.edge = edge;
    change.span_id = span.span_id;
    change.captured_ns = span.captured_ns;
  });
  thread.shown.show(span);
}

// Whose scopes the thread is opening.
std::uintptr_t flow_of(const Thread& thread) {
  return thread.fiber != 0 ? thread.fiber : reinterpret_cast<std::uintptr_t>(&thread);
}

// The mark of a scope: of that flow in this session. (User addresses have 47 bits.)
void* scope_mark(const Thread& thread) {
  constexpr int kAddressBits = 48;
  const std::uintptr_t session = base::read(thread.generation);
  return reinterpret_cast<void*>(flow_of(thread) ^ session << kAddressBits);
}

void open_scope(Thread& thread, const Edge& edge, const plumbline_span_context& span,
                plumbline_scope& scope) {
  scope.previous = thread.active;
  scope.thread = scope_mark(thread);
  change_scope(thread, RecordType::kScopeEnter, edge, span);
}

// The calling thread, if what runs on it opened `scope`.
Thread* thread_of(const plumbline_scope& scope) {
  Thread* thread = recording_thread();
  if (thread == nullptr || scope.thread == scope_mark(*thread)) return thread;
  recording.scopes_on_wrong_thread.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

// What `fiber` had active when it last ran in this session, or begins with.
plumbline_span_context active_in(const plumbline_fiber* fiber, std::uint32_t generation) {
  constexpr std::uint64_t kNeverRan = 0;
  const bool known =
      fiber != nullptr && (fiber->session == kNeverRan || fiber->session == generation);
  return known ? fiber->active : plumbline_span_context{};
}

// Whose scopes a thread opens while it runs `fiber`. Those that were opened before the first switch
// are the thread's on which that was.
std::uintptr_t flow_in(const plumbline_fiber* fiber, std::uint32_t generation) {
  const bool ran = fiber != nullptr && fiber->session == generation;
  return reinterpret_cast<std::uintptr_t>(ran ? fiber->scopes_of : fiber);
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
  const plumbline_span_context above = parent != nullptr ? *parent : thread->active;
  span = make_context(*thread, above);
  emit_start(*thread, span, above.span_id, tracer_name, intern_name(name), now_ns);
}

void end_span(const plumbline_span_context& span) {
  Thread* thread = recording_thread();
  if (thread == nullptr || span.span_id == 0) return;
  emit_end(*thread, span.span_id, thread->clock.now_ns());
}

void set_endpoint(const plumbline_span_context& span, std::string_view name) {
  Thread* thread = recording_thread();
  if (thread == nullptr || span.span_id == 0) return;
  emit_endpoint(*thread, span.root_span_id, endpoint_name(name), thread->clock.now_ns());
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
  const std::uint64_t parent_span_id = thread->active.span_id;
  span = make_context(*thread, thread->active);
  emit_start(*thread, span, parent_span_id, tracer_name, intern_name(name), edge.wall_ns);
  open_scope(*thread, edge, span, scope);
}

void leave_span(const plumbline_span_context& span, const plumbline_scope& scope) {
  Thread* thread = thread_of(scope);
  if (thread == nullptr) return end_span(span);
  const Edge edge = thread->clock.take();
  change_scope(*thread, RecordType::kScopeLeave, edge, scope.previous);
  emit_end(*thread, span.span_id, edge.wall_ns);
}

void start_span_as(std::uint32_t tracer_name, std::string_view name, std::uint64_t parent_span_id,
                   const plumbline_span_context& span) {
  Thread* thread = recording_thread();
  if (thread == nullptr || span.span_id == 0) return;
  const std::int64_t now_ns = thread->clock.now_ns();
  emit_start(*thread, span, parent_span_id, tracer_name, intern_name(name), now_ns);
}

void switch_fiber(plumbline_fiber* from, plumbline_fiber* to) {
  Thread* thread = recording_thread();
  if (thread == nullptr) return;
  const std::uint32_t generation = base::read(thread->generation);
  if (from != nullptr) {
    from->active = thread->active;
    from->scopes_of = reinterpret_cast<void*>(flow_of(*thread));
    from->session = generation;
  }
  const plumbline_span_context next = active_in(to, generation);
  const bool same = next.span_id == thread->active.span_id && next.captured_ns == 0;
  if (!same) {
    const RecordType type = next.span_id != 0 ? RecordType::kScopeEnter : RecordType::kScopeLeave;
    change_scope(*thread, type, thread->clock.take(), next);
  }
  thread->fiber = flow_in(to, generation);
}

void hide_context() {
  if (current_thread != nullptr) current_thread->shown.hide();
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
