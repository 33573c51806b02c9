// Spans and scopes of the calling thread: the work behind the functions of plumbline/context.h.
//
// Called through the API table (session/api_table.cc). A span is two records, start and end, and
// costs no memory while it is open. A scope is two edges; what was active before is kept in the
// caller's frame, so nesting has no limit.
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

}  // namespace plumbline::capture
