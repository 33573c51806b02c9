// Starting and stopping a recording.
//
// One session at a time in a process. A forked child records nothing, or with the option `follow`
// has a session of its own from the start.
// Everything that may allocate or take a lock (the drain
// thread, the thread-specific key, the loaded modules) is done here, in ordinary context.
// Thread rule: control thread only; start and stop do not overlap. Signal rule: not from handlers.
// Failure: start_session returns one line that says why; the program goes on unprofiled.
#pragma once

#include <string_view>

namespace plumbline::session {

// Null: recording. Otherwise a line in static memory, valid until the next call.
const char* start_session(const char* output, std::string_view options);

// The option `follow` of the last session: what the program starts is to be recorded too.
bool follows_children();

// Completes the file. Does nothing when there is no session.
void stop_session();

}  // namespace plumbline::session
