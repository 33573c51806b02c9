// A run's error is measured against the limit of its own samples, and the runs are then pooled as
// squares. Pooled shares would not do: a sampler in lock-step with the work is wrong in another
// direction in each run, and looks right in their sum.
#include "harness/scoring/standing.h"

#include <algorithm>
#include <cmath>

#include "harness/statistics/intervals.h"

namespace plumbline::harness {
namespace {

struct FunctionCpu {
  double truth_ns = 0, attributed_ns = 0;
};

// One run: squares are means over the functions, in points.
struct RunError {
  double max_points = 0, square = 0, limit_square = 0;
};

struct RunShares {
  std::map<std::string, FunctionCpu> functions;
  double truth_ns = 0, attributed_ns = 0, samples = 0;
};

RunShares shares_of(const ScoredRun& run) {
  RunShares shares;
  for (const EndpointTruth& endpoint : run.truth.endpoints) {
    if (endpoint.name == kWholeProcess) continue;  // the sum of the others
    for (const auto& [function, cpu_ns] : endpoint.function_cpu_ns) {
      shares.functions[function].truth_ns += static_cast<double>(cpu_ns);
      shares.truth_ns += static_cast<double>(cpu_ns);
    }
  }
  for (const auto& [name, endpoint] : run.profile.endpoints) {
    for (auto& [function, cpu] : shares.functions) {
      const auto time = endpoint.function_cpu_ns.find(function);
      if (time == endpoint.function_cpu_ns.end()) continue;
      cpu.attributed_ns += static_cast<double>(time->second);
      shares.attributed_ns += static_cast<double>(time->second);
      const auto samples = endpoint.function_samples.find(function);
      if (samples != endpoint.function_samples.end()) {
        shares.samples += static_cast<double>(samples->second);
      }
    }
  }
  return shares;
}

std::optional<RunError> error_of(const RunShares& shares) {
  if (shares.truth_ns <= 0 || shares.attributed_ns <= 0) return std::nullopt;
  RunError error;
  const double count = static_cast<double>(shares.functions.size());
  for (const auto& [function, cpu] : shares.functions) {
    const double truth = cpu.truth_ns / shares.truth_ns;
    const double points = 100 * (cpu.attributed_ns / shares.attributed_ns - truth);
    error.max_points = std::max(error.max_points, std::abs(points));
    error.square += points * points / count;
    if (shares.samples <= 0) continue;
    const double limit = 100 * sampling_limit(truth, shares.samples);
    error.limit_square += limit * limit / count;
  }
  return error;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double root(double square) { return std::sqrt(std::max(0.0, square)); }

// Bounds of a mean of squares, as roots. No upper bound from a single run.
std::optional<Interval> root_interval(const std::vector<double>& squares) {
  if (squares.size() < 2) return std::nullopt;
  const Interval interval = mean_interval(squares, kConfidence);
  return Interval{root(interval.lo), root(interval.hi)};
}

void fill_errors(const std::vector<RunError>& errors, StandingRow& row) {
  if (errors.empty()) return;
  std::vector<double> largest, squares, limits, ratios;
  for (const RunError& error : errors) {
    largest.push_back(error.max_points);
    squares.push_back(error.square);
    if (error.limit_square <= 0) continue;
    limits.push_back(error.limit_square);
    ratios.push_back(error.square / error.limit_square);
  }
  row.max_points = median(largest);
  row.rms_points = root(mean(squares));
  if (ratios.empty()) return;
  row.limit_points = root(mean(limits));
  row.rms_over_limit = root(mean(ratios));
  row.ci95_over_limit = root_interval(ratios);
}

void fill_overhead(const std::vector<double>& overheads, StandingRow& row) {
  if (overheads.empty()) return;
  row.overhead_pct = mean(overheads);
  if (overheads.size() > 1) row.ci95_overhead_pct = mean_interval(overheads, kConfidence);
}

}  // namespace

StandingRow score_standing(const Scope& scope) {
  StandingRow row;
  row.scenario = scope.scenario;
  row.profiler = scope.profiler;
  row.runs = static_cast<std::int64_t>(scope.runs.size());
  std::vector<RunError> errors;
  std::vector<double> overheads;
  double samples = 0, cpu_s = 0;
  for (const ScoredRun& run : scope.runs) {
    for (const auto& [cause, count] : run.row.losses) row.losses += count;
    if (run.row.overhead_pct) overheads.push_back(*run.row.overhead_pct);
    if (!run.profile.claims.functions) continue;
    const RunShares shares = shares_of(run);
    samples += shares.samples;
    cpu_s += shares.truth_ns / 1e9;
    if (const std::optional<RunError> error = error_of(shares)) errors.push_back(*error);
  }
  row.samples = samples / static_cast<double>(scope.runs.size());
  if (cpu_s > 0 && samples > 0) row.rate_hz = samples / cpu_s;
  fill_errors(errors, row);
  fill_overhead(overheads, row);
  return row;
}

void set_overheads(const std::vector<ScoredRun>& bare, std::vector<ScoredRun>& runs) {
  for (ScoredRun& run : runs) {
    const auto pair = std::ranges::find_if(bare, [&](const ScoredRun& other) {
      return other.row.repeat == run.row.repeat && other.row.seed == run.row.seed &&
             other.row.machine != MachineVerdict::kInvalid;
    });
    if (pair == bare.end() || pair->row.wall_ns <= 0 || !run.truth.work_is_fixed) continue;
    run.row.overhead_pct =
        100 * (static_cast<double>(run.row.wall_ns) / static_cast<double>(pair->row.wall_ns) - 1);
  }
}

}  // namespace plumbline::harness
