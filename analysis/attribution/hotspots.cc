#include "analysis/attribution/hotspots.h"

#include "analysis/attribution/coverage.h"

namespace plumbline::analysis {

HotspotEngine::HotspotEngine(const Recording& recording, const Partition& partition,
                             const HotspotOptions& options)
    : recording_(recording),
      index_(recording, partition),
      covered_ns_by_root_(plumbline::analysis::covered_ns_by_root(recording, partition)),
      owners_(recording.modules, options.own_prefixes),
      symbolizer_(recording.modules),
      paths_(recording.stacks, symbolizer_, owners_, options.merge_by) {}

}  // namespace plumbline::analysis
