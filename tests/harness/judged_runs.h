// Synthetic runs with one fault each, judged as an experiment judges real ones.
//
// Called by the tests of verdicts. Thread rule: pure functions of their arguments. Failure: a row
// that is asked for and not there fails the test.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "harness/runs/campaign.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness::testing {

// Bends one run before it is judged.
using Fault = std::function<void(SyntheticRun&)>;

void no_fault(SyntheticRun& run);
void bend_segments(SyntheticRun& run, const std::function<void(analysis::Segment&)>& bend);
std::int64_t& time_of(analysis::Segment& segment, format::Category category);
std::string endpoint_of(const SyntheticRun& run, const analysis::Segment& segment);

Campaign campaign_of(int repeats, const Disturbance& disturbance, const Fault& fault);
Results judge_runs(int repeats, const Disturbance& disturbance, const Fault& fault);
Results judge_fault(const Fault& fault);  // five quiet runs

const CellRow& cell(const Results& results, std::string_view endpoint, std::string_view category);
const ConservationRow& conservation(const Results& results, std::string_view profiler);

}  // namespace plumbline::harness::testing
