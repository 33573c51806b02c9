// Spans and scopes of the calling thread: the work behind the functions of plumbline/context.h.
//
// Called through the API table (session/api_table.cc). A span is two records, start and end, and
// costs no memory while it is open. A scope is two edges; what was active before is kept in the
// caller's frame, so nesting has no limit. What is active on a thread is therefore one span and the
// identity of the flow of control whose scopes it is: that much is exchanged when a fiber is.
// Thread rule: the calling thread's own state. Signal rule: async-signal-safe.
// Failure: without a session results are zeroed; lost records are counted in the thread.
#pragma once

#include <plumbline/context.h>

#include <string_view>

namespace plumbline::capture {

void start_span(std::uint32_t tracer_name, std::string_view name,
                const plumbline_span_context* parent, plumbline_span_context& span);
void end_span(const plumbline_span_context& span);
void set_endpoint(const plumbline_span_context& span, std::string_view name);

void enter_scope(const plumbline_span_context& span, plumbline_scope& scope);
void leave_scope(const plumbline_scope& scope);

// Start and enter at one edge; leave and end at one edge.
void enter_span(std::uint32_t tracer_name, std::string_view name, plumbline_span_context& span,
                plumbline_scope& scope);
void leave_span(const plumbline_span_context& span, const plumbline_scope& scope);

void capture_context(plumbline_span_context& span);

void switch_fiber(plumbline_fiber* from, plumbline_fiber* to);

// With the caller's own ids.
void start_span_as(std::uint32_t tracer_name, std::string_view name, std::uint64_t parent_span_id,
                   const plumbline_span_context& span);

// Others find nothing active on the calling thread: it does not record any longer.
void hide_context();

}  // namespace plumbline::capture
