// What Plumbline's own profiler said about a run: its recording in the harness's terms.
//
// Called once per run by the experiment. Nothing is corrected here: the numbers are those that
// `plumbline endpoints` prints.
// Thread rule: any thread. Failure: none; what was lost is in Profile::losses.
#pragma once

#include "analysis/attribution/partition.h"
#include "analysis/recording/recording.h"
#include "harness/profilers/profile.h"

namespace plumbline::harness {

Profile plumbline_profile(const analysis::Recording& recording,
                          const analysis::Partition& partition);

}  // namespace plumbline::harness
