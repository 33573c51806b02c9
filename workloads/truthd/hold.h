// Holds a worker's wait until its time, and says in the worker's slot when it was let go.
//
// Used by the file server and the socket peers, just before they answer.
// Thread rule: any thread; a slot's worker has one wait at a time. Failure rule: none.
#pragma once

#include <cstdint>

#include "workloads/truth_protocol.h"
#include "workloads/truthd/lateness.h"

namespace plumbline::workloads {

// A request that came after its time was late by its worker: that is not counted here.
void hold_until(std::int64_t until_ns, Slot& slot, Lateness& lateness);

}  // namespace plumbline::workloads
