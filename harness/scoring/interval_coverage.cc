#include "harness/scoring/interval_coverage.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "harness/statistics/clopper_pearson.h"
#include "harness/statistics/intervals.h"

namespace plumbline::harness {
namespace {

using Name = std::tuple<std::string, std::string, std::string, std::string>;

constexpr double kNearly = 0.01;  // of the tolerance

struct CellErrors {
  std::vector<double> errors_ns;
  double tolerance_ns = 0;  // the last result's; it follows the truth, which hardly differs
};

std::map<Name, CellErrors> errors_by_cell(std::span<const Results> results) {
  std::map<Name, CellErrors> cells;
  for (const Results& result : results) {
    for (const CellRow& cell : result.cells) {
      if (cell.verdict == Verdict::kSkipped || cell.verdict == Verdict::kNotOffered) continue;
      CellErrors& of_cell = cells[{cell.scenario, cell.profiler, cell.endpoint, cell.category}];
      of_cell.tolerance_ns = cell.tolerance_ns;
      for (const CellRun& run : cell.per_run) of_cell.errors_ns.push_back(signed_error_ns(run));
    }
  }
  return cells;
}

bool says_nothing(const std::vector<double>& errors, std::size_t block) {
  if (errors.size() < 2 * block) return true;
  const auto [least, most] = std::ranges::minmax_element(errors);
  return *least == *most;
}

HeldOutInterval hold_out(std::span<const double> errors, std::size_t first, std::size_t block) {
  const double k = static_cast<double>(block);
  const double others = static_cast<double>(errors.size() - block);
  const std::span<const double> seen = errors.subspan(first, block);
  HeldOutInterval held_out;
  const double middle = mean(seen);
  held_out.held_out_mean_ns = (mean(errors) * (k + others) - middle * k) / others;
  const Interval claimed = mean_interval(seen, 0.95);
  const double half = (claimed.hi - claimed.lo) / 2 * std::sqrt(1 + k / others);
  held_out.interval_ns = {middle - half, middle + half};
  return held_out;
}

Interval interval_over_blocks(const std::vector<HeldOutInterval>& intervals) {
  std::map<std::tuple<std::string, std::string, std::int64_t>, std::pair<double, double>> blocks;
  for (const HeldOutInterval& interval : intervals) {
    auto& [covered, all] = blocks[{interval.scenario, interval.profiler, interval.block}];
    covered += interval.covers() ? 1 : 0;
    all += 1;
  }
  std::vector<double> shares;
  for (const auto& [name, counts] : blocks) shares.push_back(counts.first / counts.second);
  return mean_interval(shares, 0.95);
}

}  // namespace

IntervalCoverage interval_coverage(std::span<const Results> results, std::int64_t block_runs) {
  const auto block = static_cast<std::size_t>(block_runs);
  IntervalCoverage coverage;
  std::map<std::pair<std::string, std::string>, std::int64_t> runs;
  for (const auto& [name, cell] : errors_by_cell(results)) {
    const auto& [scenario, profiler, endpoint, category] = name;
    const std::vector<double>& errors = cell.errors_ns;
    std::int64_t& most = runs[{scenario, profiler}];
    most = std::max(most, static_cast<std::int64_t>(errors.size()));
    if (says_nothing(errors, block)) {
      ++coverage.cells_left_out;
      continue;
    }
    for (std::size_t first = 0; first + block <= errors.size(); first += block) {
      HeldOutInterval held_out = hold_out(errors, first, block);
      std::tie(held_out.scenario, held_out.profiler, held_out.endpoint, held_out.category) = name;
      held_out.block = static_cast<std::int64_t>(first / block) + 1;
      held_out.tolerance_ns = cell.tolerance_ns;
      coverage.covered += held_out.covers() ? 1 : 0;
      coverage.nearly_covered += held_out.covers(kNearly * cell.tolerance_ns) ? 1 : 0;
      coverage.intervals.push_back(std::move(held_out));
    }
  }
  for (const auto& [name, count] : runs) coverage.runs += count;
  const auto all = static_cast<std::int64_t>(coverage.intervals.size());
  if (all > 0) coverage.share = static_cast<double>(coverage.covered) / static_cast<double>(all);
  coverage.ci95 = clopper_pearson(coverage.covered, all, 0.95);
  coverage.ci95_of_blocks = interval_over_blocks(coverage.intervals);
  return coverage;
}

}  // namespace plumbline::harness
