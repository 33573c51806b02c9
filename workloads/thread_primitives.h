// What a segment can do inside the process: shapes of CPU work, and what can be waited for.
//
// Part of a specification (spec.h); read by thread_segments.cc, run by runner/.
// Thread rule: plain constants. Failure: none.
#pragma once

#include <cstdint>

namespace plumbline::workloads {

enum class CpuShape : std::uint8_t { kLeaf, kDeep, kInlined, kRecursive, kVdso, kLibc, kTinyCalls };

enum class Primitive : std::uint8_t {
  kNone,
  // Lock segments, held by a partner thread, which lets go on time; all up to kContended.
  kMutex,
  kTimedMutex,  // pthread_mutex_timedlock that gets it
  kAdaptiveMutex,
  kRwlockRead,     // the partner writes
  kRwlockWrite,    // the partner reads
  kSpin,           // truth: CPU
  kConvoy,         // others queue for it before the worker, and each keeps it for a while
  kContended,      // one lock for all workers of the process: they are each other's partners
  kProcessShared,  // plumbline-truthd holds it, in memory that both have mapped
  // Sync segments.
  kSleep,
  kCondvar,
  kSemaphore,
  kBarrier,
  kLatch,
  kFuture,
  kAtomicWait,
  kJoin,
  kChildProcess,  // fork, and wait until the child has worked and ended
  // Other segments.
  kInlineSleep,  // nanosleep by a `syscall` instruction of the program's own
};

inline constexpr Primitive kFirstLockPrimitive = Primitive::kMutex;
inline constexpr Primitive kFirstSyncPrimitive = Primitive::kSleep;

// A thread of the workload is on the other side, and nothing else.
constexpr bool has_partner(Primitive primitive) {
  return (primitive > Primitive::kNone && primitive < Primitive::kContended) ||
         (primitive > Primitive::kSleep && primitive < Primitive::kChildProcess);
}

}  // namespace plumbline::workloads
