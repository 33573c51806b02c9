// What did those who held a lock do, while others waited for it?
//
// Used by locks.cc. The recording names the holder at a wait's begin; where that thread was from
// then to the wait's end is looked up in its own time. Stretches in which several threads waited
// for one holder count once. A lock that changes hands during the wait is still its first holder's.
// Thread rule: pure. Failure: none; a holder that is not in the recording has no time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/attribution/scope.h"
#include "analysis/attribution/selected_time.h"
#include "analysis/attribution/timeline.h"

namespace plumbline::analysis {

struct HolderTime {
  TimeColumns ns{};           // of the holders' threads while someone waited
  std::vector<KeyTime> keys;  // by stack (see stackless.h), ascending; sums to `ns`
};

// While some thread waited for what `thread` held.
struct HeldStretch {
  Index thread = kNone;
  TimeWindow window;
};

class LockHolders {
 public:
  // Both must outlive it.
  LockHolders(const Recording& recording, const Partition& partition);

  // Row of the thread that held the lock when the wait began, or kNone.
  Index thread_of(Index wait) const;
  // Stretches in any order; they may overlap.
  HolderTime time_in(std::vector<HeldStretch> stretches) const;

 private:
  const Recording& recording_;
  Timeline timeline_;
  std::vector<Index> samples_;  // outside hooked calls, by thread, then by time
};

}  // namespace plumbline::analysis
