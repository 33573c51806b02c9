// The one exported table through which programs reach the profiler: plumbline/context.h.
//
// Found by dlsym from the public headers; exported under its versioned name and under no other.
// Thread rule, signal rule, failure: as stated in plumbline/context.h.
#include <plumbline/context.h>
#include <string.h>

#include "profiler/capture/names.h"
#include "profiler/capture/recording_state.h"
#include "profiler/capture/span.h"
#include "profiler/session/first_copy.h"
#include "profiler/session/session.h"

namespace {

namespace capture = plumbline::capture;

std::uint32_t intern(const char* name, std::size_t length) {
  return capture::intern_name({name, length});
}

void start_span(std::uint32_t tracer_name, const char* name, std::size_t length,
                const plumbline_span_context* parent, plumbline_span_context* span) {
  capture::start_span(tracer_name, {name, length}, parent, *span);
}

void end_span(const plumbline_span_context* span) { capture::end_span(*span); }

void set_endpoint(const plumbline_span_context* span, const char* name, std::size_t length) {
  capture::set_endpoint(*span, {name, length});
}

void enter_scope(const plumbline_span_context* span, plumbline_scope* scope) {
  capture::enter_scope(*span, *scope);
}

void leave_scope(const plumbline_scope* scope) { capture::leave_scope(*scope); }

void enter_span(std::uint32_t tracer_name, const char* name, std::size_t length,
                plumbline_span_context* span, plumbline_scope* scope) {
  capture::enter_span(tracer_name, {name, length}, *span, *scope);
}

void leave_span(const plumbline_span_context* span, const plumbline_scope* scope) {
  capture::leave_span(*span, *scope);
}

void capture_span(plumbline_span_context* span) { capture::capture_context(*span); }

void switch_fiber(plumbline_fiber* from, plumbline_fiber* to) { capture::switch_fiber(from, to); }

void start_span_as(std::uint32_t tracer_name, const char* name, std::size_t length,
                   std::uint64_t parent_span_id, const plumbline_span_context* span) {
  capture::start_span_as(tracer_name, {name, length}, parent_span_id, *span);
}

const char* start(const char* output, const char* options) {
  return plumbline::session::start_session(output, options != nullptr ? options : "");
}

void stop() { plumbline::session::stop_session(); }

}  // namespace

extern "C" __attribute__((visibility("default"))) const plumbline_api plumbline_api_v1 = {
    .size_bytes = sizeof(plumbline_api),
    .reserved = 0,
    .intern = intern,
    .start_span = start_span,
    .end_span = end_span,
    .set_endpoint = set_endpoint,
    .enter_scope = enter_scope,
    .leave_scope = leave_scope,
    .enter_span = enter_span,
    .leave_span = leave_span,
    .capture = capture_span,
    .start = start,
    .stop = stop,
    .switch_fiber = switch_fiber,
    .start_span_as = start_span_as,
    .recording = reinterpret_cast<const std::uint32_t*>(&capture::recording.generation),
    .report_copy = plumbline::session::count_inert_copy,
};

// The same by a name of its own: see first_copy.cc.
extern "C" __attribute__((visibility("hidden"), alias("plumbline_api_v1")))
const plumbline_api plumbline_own_api;
