// The verdict of a cell passes when its 95 % interval lies within the tolerance. A profiler without
// a bias passes nearly always when the interval's half width is half the tolerance: hence the
// number of repeats. Pooling the endpoints gives more truth to a category than any one cell has;
// the cells of small endpoints need more.
#include "harness/selfcheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/statistics/student_t.h"
#include "harness/statistics/t_test.h"
#include "profiler/format/category.h"

namespace plumbline::harness {
namespace {

constexpr double kTolerancePct = 1;
constexpr std::int64_t kDefaultRepeats = 10;
constexpr std::int64_t kMostRepeats = 1000;

// One category in one run, all endpoints together.
struct RunSum {
  double lo_ns = 0, hi_ns = 0, error_ns = 0;

  double middle_ns() const { return (lo_ns + hi_ns) / 2; }
  double error_pct() const { return 100 * error_ns / middle_ns(); }
};

// In the order of the runs.
std::vector<RunSum> sums_of(const Results& results, std::string_view category) {
  std::vector<RunSum> sums;
  for (const CellRow& cell : results.cells) {
    if (cell.category != category || cell.verdict == Verdict::kSkipped) continue;
    sums.resize(std::max(sums.size(), cell.per_run.size()));
    for (std::size_t run = 0; run < cell.per_run.size(); ++run) {
      sums[run].lo_ns += static_cast<double>(cell.per_run[run].lo_ns);
      sums[run].hi_ns += static_cast<double>(cell.per_run[run].hi_ns);
      sums[run].error_ns += signed_error_ns(cell.per_run[run]);
    }
  }
  return sums;
}

double half_width(double deviation, std::int64_t runs) {
  const double n = static_cast<double>(runs);
  return student_t_quantile(0.975, n - 1) * deviation / std::sqrt(n);
}

std::optional<std::int64_t> repeats_needed(double deviation_pct, double width_pct) {
  if (width_pct > kTolerancePct) return std::nullopt;
  for (std::int64_t runs = 2; runs <= kMostRepeats; ++runs) {
    if (half_width(deviation_pct, runs) <= kTolerancePct / 2) return runs;
  }
  return std::nullopt;
}

CategoryNoise noise_of(std::string_view category, const std::vector<RunSum>& sums) {
  CategoryNoise noise;
  noise.category = category;
  std::vector<double> errors, truths, widths;
  std::vector<double> halves[2];
  for (std::size_t run = 0; run < sums.size(); ++run) {
    errors.push_back(sums[run].error_pct());
    truths.push_back(sums[run].middle_ns());
    widths.push_back(100 * (sums[run].hi_ns - sums[run].lo_ns) / sums[run].middle_ns());
    halves[run % 2].push_back(errors.back());
  }
  noise.truth_ms = mean(truths) / 1e6;
  noise.width_pct = mean(widths);
  noise.deviation_pct = standard_deviation(errors);
  noise.half_width_pct = half_width(noise.deviation_pct, static_cast<std::int64_t>(errors.size()));
  noise.difference_pct = welch_test(halves[0], halves[1], 0.95).interval;
  noise.repeats_needed = repeats_needed(noise.deviation_pct, noise.width_pct);
  return noise;
}

void judge(SelfCheck& check) {
  const std::int64_t runs = check.ok + check.degraded + check.invalid;
  if (check.invalid > 0 || 10 * (runs - check.ok) > runs) {
    check.unfit = fmt::format("{} of {} runs disturbed, {} of them invalid", runs - check.ok, runs,
                              check.invalid);
    return;
  }
  for (const CategoryNoise& noise : check.categories) {
    if (noise.repeats_needed.value_or(kMostRepeats) <= kDefaultRepeats) continue;
    check.unfit =
        noise.repeats_needed
            ? fmt::format("{} needs {} repeats for 1 %", noise.category, *noise.repeats_needed)
            : fmt::format("{} cannot be told to within 1 %", noise.category);
    return;
  }
}

}  // namespace

SelfCheck self_check(const Results& results) {
  constexpr std::size_t kFewestRuns = 4;  // two in each half
  SelfCheck check;
  for (const RunRow& run : results.runs) {
    check.ok += run.machine == MachineVerdict::kOk ? 1 : 0;
    check.degraded += run.machine == MachineVerdict::kDegraded ? 1 : 0;
    check.invalid += run.machine == MachineVerdict::kInvalid ? 1 : 0;
  }
  for (const std::string_view category : {"cpu", "lock", "sync", "file", "socket"}) {
    const std::vector<RunSum> sums = sums_of(results, category);
    const bool injected =
        std::ranges::all_of(sums, [](const RunSum& sum) { return sum.middle_ns() > 0; });
    if (injected && sums.size() >= kFewestRuns) {
      check.categories.push_back(noise_of(category, sums));
    }
  }
  judge(check);
  return check;
}

}  // namespace plumbline::harness
