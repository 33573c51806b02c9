// Two copies of the library in one process: preloaded from one path and loaded from another.
//
// Only the copy that the public headers find (the first in the loader's order) may record: with two
// at work every call would be hooked twice, and spans would go to one and waits to the other. The
// others pass everything on, and the first one's recording says how many there are
// (`copies.inert`).
// Thread rule: any thread. Signal rule: async-signal-safe. Failure: none.
#pragma once

#include <cstdint>

namespace plumbline::session {

bool is_first_copy();

// Tells the first copy that this one is here.
void report_to_first_copy();

// Copies that have told this one.
std::uint64_t inert_copies();
void count_inert_copy();

}  // namespace plumbline::session
