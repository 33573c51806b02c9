// Who runs the requests of a scenario, and what becomes of its nested spans.
//
// Part of a specification (spec.h).
// Thread rule: plain constants. Failure: none.
#pragma once

#include <cstdint>

namespace plumbline::workloads {

enum class Executor : std::uint8_t {
  kThreads,        // each worker one after the other
  kNewThreads,     // each request on a thread of its own, which its worker waits for
  kPool,           // each worker submits them to a thread, where they queue
  kEventLoop,      // several in flight on each worker, taking turns after each segment
  kCoroutines,     // the same, each a coroutine that is suspended after each segment
  kCoroutinePool,  // coroutines, each turn of which is on the next worker's thread
};

constexpr bool takes_turns(Executor executor) {
  return executor == Executor::kEventLoop || executor == Executor::kCoroutines ||
         executor == Executor::kCoroutinePool;
}

enum class HandOver : std::uint8_t {
  kNone,  // the span runs on its parent's thread
  kParentWaits,
  kParentGoesOn,
};

}  // namespace plumbline::workloads
