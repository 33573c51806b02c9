// Several requests in flight on one worker, a segment at a time each in turn.
//
// Called by the worker for the executors event_loop and coroutines (coroutine_pool.h has the other
// one). A request is on no thread while it is another one's turn; each turn is a stretch in the
// ledger.
// Thread rule: the worker's thread. Failure rule: io::InputError when a partner failed.
#pragma once

#include "workloads/runner/step_runner.h"
#include "workloads/runner/worker.h"

namespace plumbline::workloads {

// Activates the span whose turn it is, and leaves it again after the segment.
void run_in_event_loop(const WorkerPlace& place, StepRunner& runner);

// Each request is a coroutine that keeps its spans active, and is suspended after each segment.
void run_in_coroutines(const WorkerPlace& place, StepRunner& runner);

}  // namespace plumbline::workloads
