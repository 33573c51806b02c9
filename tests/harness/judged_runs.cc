#include "tests/harness/judged_runs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/runs/campaign.h"

namespace plumbline::harness::testing {

Campaign campaign_of(int repeats, const Disturbance& disturbance, const Fault& fault) {
  Campaign campaign{"synthetic", "plumbline", {}};
  for (int repeat = 1; repeat <= repeats; ++repeat) {
    SyntheticRun run = synthetic_run(static_cast<std::uint64_t>(repeat), disturbance);
    fault(run);
    sum_again(run);
    campaign.runs.push_back(scored(run, repeat));
  }
  return campaign;
}

Results judge_runs(int repeats, const Disturbance& disturbance, const Fault& fault) {
  return judge_campaigns({campaign_of(repeats, disturbance, fault)}, Tolerances{}, Results{});
}

Results judge_fault(const Fault& fault) { return judge_runs(5, {}, fault); }

void no_fault(SyntheticRun&) {}

std::int64_t& time_of(analysis::Segment& segment, format::Category category) {
  return segment.parts.category[static_cast<std::size_t>(category)];
}

void bend_segments(SyntheticRun& run, const std::function<void(analysis::Segment&)>& bend) {
  for (analysis::Segment& segment : run.partition.segments) {
    if (segment.span != analysis::kNone) bend(segment);
  }
}

std::string endpoint_of(const SyntheticRun& run, const analysis::Segment& segment) {
  return run.recording.names[run.recording.spans.endpoint[segment.span]];
}

const CellRow& cell(const Results& results, std::string_view endpoint, std::string_view category) {
  const auto found = std::find_if(
      results.cells.begin(), results.cells.end(),
      [&](const CellRow& row) { return row.endpoint == endpoint && row.category == category; });
  EXPECT_NE(found, results.cells.end()) << endpoint << " " << category;
  return *found;
}

const ConservationRow& conservation(const Results& results, std::string_view profiler) {
  const auto found =
      std::find_if(results.conservation.begin(), results.conservation.end(),
                   [&](const ConservationRow& row) { return row.profiler == profiler; });
  EXPECT_NE(found, results.conservation.end());
  return *found;
}

}  // namespace plumbline::harness::testing
