// What others may read of the process: the OpenTelemetry process context (OTEP 4719).
//
// A mapping named OTEL_CTX that an eBPF profiler finds in /proc/PID/maps. It names the process, and
// tells how to read the context of a thread (capture/context_record.h): without these keys a reader
// does not look for it. There is one process context in a process: where another library has
// published one, ours stays away and the thread contexts stay unannounced.
// Thread rule: control thread. Signal rule: not from handlers.
// Failure: nothing is published, and the recording's setting `process_context` says why.
#pragma once

#include <string_view>

namespace plumbline::session {

// At session start, or again to say it anew. What became of it, for the setting.
std::string_view publish_process_context();

// False when another library of the process defines otel_thread_ctx_v1 before us: a reader that
// goes by the name finds that one's records, so that ours are not announced.
bool thread_context_is_ours();

// At stop. A child of fork has no mapping (MADV_DONTFORK) and forgets it.
void withdraw_process_context();
void forget_process_context();

}  // namespace plumbline::session
