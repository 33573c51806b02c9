// Told right before the program ends or becomes another one without running destructors: _exit,
// quick_exit, abort, exec.
//
// Set by the session, which then brings the recording up to date. The program may go on all the
// same (a failed exec).
// Thread rule: any. Signal rule: called from handlers too. Failure: none; null calls nobody.
#pragma once

#include <atomic>

namespace plumbline::hooks {

using ProcessEndCallback = void (*)();
extern std::atomic<ProcessEndCallback> on_process_end;

}  // namespace plumbline::hooks
