#include "analysis/attribution/hotspots.h"

#include <utility>

#include "analysis/attribution/coverage.h"

namespace plumbline::analysis {

HotspotEngine::HotspotEngine(const Recording& recording, LoadedTime time,
                             const HotspotOptions& options)
    : recording_(recording),
      index_(std::move(time.index)),
      covered_ns_by_root_(std::move(time.covered_ns_by_root)),
      conservation_(time.conservation),
      owners_(recording.modules, options.own_prefixes),
      symbolizer_(recording.modules),
      paths_(recording.stacks, symbolizer_, owners_, options.merge_by) {}

HotspotEngine::HotspotEngine(const Recording& recording, const HotspotOptions& options)
    : HotspotEngine(recording, load_time(recording), options) {}

HotspotEngine::HotspotEngine(const Recording& recording, const Partition& partition,
                             const HotspotOptions& options)
    : HotspotEngine(recording,
                    LoadedTime{TimeIndex(recording, partition),
                               plumbline::analysis::covered_ns_by_root(recording, partition),
                               partition.conservation},
                    options) {}

}  // namespace plumbline::analysis
