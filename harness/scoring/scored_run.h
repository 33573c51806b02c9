// One run after the machine was judged and the profile laid beside the truth.
//
// Made once per run by the experiment (and by hand in tests); all scoring starts from these.
// Thread rule: pure. Failure: io::InputError when the ledger does not fit its own scenario.
#pragma once

#include <optional>

#include "harness/profilers/profile.h"
#include "harness/results/results.h"
#include "harness/scoring/overlay.h"
#include "harness/truth/ledger_tiling.h"
#include "harness/truth/truth.h"

namespace plumbline::harness {

struct ScoredRun {
  RunRow row;
  Truth truth;
  Profile profile;                 // its `threads` were laid over the ledger and are empty
  std::optional<Overlay> overlay;  // none: the profiler offers no times
  LedgerTiling ledger_tiling;
  double closure_pct = 0;  // of the ledger, as the judge of the machine saw it
};

// `row` has scenario, profiler, seed and repeat; the rest of it is filled in here.
ScoredRun score_run(RunRow row, const workloads::Ledger& ledger, Profile profile, double steal_pct);

}  // namespace plumbline::harness
