// Our traces in the environment: LD_PRELOAD and the two variables.
//
// What the program starts must neither load us nor write over our file, and the program itself
// should see the environment that it would have without us.
// Thread rule: the library's constructor, before other threads. Signal rule: not from handlers.
// Failure: what has no memory stays in the environment.
#pragma once

namespace plumbline::session {

// Takes PLUMBLINE_OUTPUT, PLUMBLINE_OPTIONS and our own entry of LD_PRELOAD out.
void leave_environment();

}  // namespace plumbline::session
