#include "analysis/attribution/time_load.h"

#include <optional>
#include <utility>

#include "analysis/attribution/coverage.h"
#include "analysis/attribution/missed_samples.h"
#include "analysis/attribution/thread_walk.h"
#include "analysis/attribution/tiling.h"
#include "analysis/attribution/worker_threads.h"

namespace plumbline::analysis {

namespace {

// Some neighbouring threads of the recording.
struct LoadedPart {
  std::optional<SegmentCells> cells;
  ActiveIntervals active;
  Conservation conservation;
};

// Where each part's threads begin, so that all have about as many events; one more than parts.
std::vector<Index> divided(const Recording& recording, std::size_t parts) {
  std::size_t events = 0;
  for (const std::vector<Event>& stream : recording.events) events += stream.size();
  std::vector<Index> first = {0};
  std::size_t before = 0;
  for (Index thread = 0; thread < recording.events.size(); ++thread) {
    before += recording.events[thread].size();
    while (first.size() < parts && before * parts >= events * first.size()) {
      first.push_back(thread + 1);
    }
  }
  const auto threads = static_cast<Index>(recording.events.size());
  first.resize(parts, threads);
  first.push_back(threads);
  return first;
}

class Loading {
 public:
  Loading(const Recording& recording, const SpanForest& forest)
      : recording_(recording), forest_(forest), samples_(samples_by_thread(recording)) {}

  void load(LoadedPart& part, Index from, Index to) const {
    Partition partition;
    std::size_t events = 0;
    for (Index thread = from; thread < to; ++thread) events += recording_.events[thread].size();
    part.cells.emplace(recording_, forest_, events);
    for (Index thread = from; thread < to; ++thread) {
      partition.segments.clear();
      ThreadWalk(recording_, thread, partition).run();
      const Tiling tiling = check_tiling_of_thread(recording_, thread, partition.segments);
      partition.conservation.thread_life_ns += tiling.thread_life_ns;
      partition.conservation.tiling_error_ns += tiling.error_ns;
      std::vector<MissedCpu> missed;
      if (!samples_.of(thread).empty() && !partition.segments.empty()) {
        missed = missed_cpu_of_thread(recording_, thread, partition.segments, samples_.of(thread));
      }
      part.cells->add(partition.segments, missed);
      for (const Segment& segment : partition.segments) {
        part.active.add(recording_.spans, segment);
      }
    }
    part.conservation = partition.conservation;
  }

 private:
  const Recording& recording_;
  const SpanForest& forest_;
  const RowLists samples_;
};

void add(Conservation& sum, const Conservation& more) {
  sum.thread_life_ns += more.thread_life_ns;
  sum.tiling_error_ns += more.tiling_error_ns;
  sum.double_booked_ns += more.double_booked_ns;
  sum.backwards_ns += more.backwards_ns;
  sum.residual_ns += more.residual_ns;
  sum.residual_abs_ns += more.residual_abs_ns;
  sum.waits += more.waits;
  sum.owner_mismatches += more.owner_mismatches;
}

}  // namespace

LoadedTime load_time(const Recording& recording, std::size_t parts) {
  std::size_t events = 0;
  for (const std::vector<Event>& stream : recording.events) events += stream.size();
  if (parts == 0) parts = parts_for(events);
  SpanForest forest(recording.spans);
  std::vector<LoadedPart> loaded(parts);
  const std::vector<Index> first = divided(recording, parts);
  const Loading loading(recording, forest);
  run_parts(parts, [&](Share share) {
    loading.load(loaded[share.part], first[share.part], first[share.part + 1]);
  });
  std::vector<SegmentCells> cells;
  Conservation conservation;
  for (LoadedPart& part : loaded) {
    cells.push_back(std::move(*part.cells));
    add(conservation, part.conservation);
    if (&part != &loaded.front()) loaded.front().active.add(part.active);
    if (&part != &loaded.front()) part.active = {};
  }
  std::vector<std::int64_t> covered_ns = loaded.front().active.covered_ns_by_root(recording.spans);
  return {TimeIndex(recording, std::move(forest), std::move(cells)), std::move(covered_ns),
          conservation};
}

}  // namespace plumbline::analysis
