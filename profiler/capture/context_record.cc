// One variable with two names. We write through the hidden one: a tracer in the same process may
// define otel_thread_ctx_v1 too, and whose definition the exported name means is the loader's
// choice. For the same reason nothing of ours is reached through it: a tracer that is bound to our
// definition puts its own records there, and then we leave them.
#include "profiler/capture/context_record.h"

using plumbline::capture::ContextRecord;

extern "C" {
__thread const ContextRecord* plumbline_published_context = nullptr;

extern __thread const ContextRecord* otel_thread_ctx_v1
    __attribute__((visibility("default"), alias("plumbline_published_context")));
}

namespace plumbline::capture {

void publish_context(const ContextRecord& record) {
  if (plumbline_published_context == nullptr) plumbline_published_context = &record;
}

void withdraw_context(const ContextRecord& record) {
  if (plumbline_published_context == &record) plumbline_published_context = nullptr;
}

const void* place_of_context() { return &plumbline_published_context; }

}  // namespace plumbline::capture
