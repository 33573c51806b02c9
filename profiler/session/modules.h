// The objects that are loaded into the process, for the addresses in stacks.
//
// Listed when a session starts and when it stops, by the control thread: the list is behind the
// loader's lock, which the drain thread must not wait for.
// Thread rule: control thread. Signal rule: not from handlers. Failure: an object without a
// build id or a path is written without it.
#pragma once

#include "profiler/session/process_records.h"

namespace plumbline::session {

void write_modules(ProcessRecords& records);

}  // namespace plumbline::session
