#include "harness/comparison/row_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "harness/runs/fitness.h"
#include "harness/statistics/t_test.h"

namespace plumbline::harness {
namespace {

constexpr double kConfidence95 = 0.95;
constexpr double kNormal95 = 1.959964;
// The samples' jitter scatters by so much more than independent ones (profiler/README.md).
constexpr double kSamplerScatter = 1.05;
// The truths of one workload differ by less: else it is another workload under the same name.
constexpr double kLikeTruths = 1.5;

double distance_ns(const CellRun& run) {
  if (run.attributed_ns > run.hi_ns) return static_cast<double>(run.attributed_ns - run.hi_ns);
  if (run.attributed_ns < run.lo_ns) return static_cast<double>(run.lo_ns - run.attributed_ns);
  return 0;
}

std::vector<double> distances_of(const CellRow& cell) {
  std::vector<double> distances;
  for (const CellRun& run : cell.per_run) distances.push_back(distance_ns(run));
  return distances;
}

std::vector<double> shifted(std::vector<double> values, double by) {
  for (double& value : values) value += by;
  return values;
}

// Hedges, "Distribution theory for Glass's estimator of effect size", J. Educational Statistics 6
// (1981): the difference in pooled deviations, with the correction for small samples.
std::optional<double> hedges_g(const std::vector<double>& a, const std::vector<double>& b) {
  const double degrees = static_cast<double>(a.size() + b.size()) - 2;
  if (degrees < 1) return std::nullopt;
  const double variance = (static_cast<double>(a.size() - 1) * std::pow(standard_deviation(a), 2) +
                           static_cast<double>(b.size() - 1) * std::pow(standard_deviation(b), 2)) /
                          degrees;
  if (variance <= 0) return std::nullopt;
  return (mean(b) - mean(a)) / std::sqrt(variance) * (1 - 3 / (4 * degrees - 1));
}

void undecided(ComparedRow& row, std::string reason) {
  row.outcome = Change::kUndecided;
  row.reason = std::move(reason);
}

// p of a change by more than `least`, either way.
void test_samples(const std::vector<double>& a, const std::vector<double>& b, double least,
                  ComparedRow& row) {
  row.ci95 = welch_test(b, a, kConfidence95).interval;
  row.effect_size = hedges_g(a, b);
  row.p_value = 1;
  if (std::abs(row.change) <= least) return;
  row.p_value = welch_test(shifted(b, row.change > 0 ? -least : least), a, kConfidence95).p_value;
}

bool is_compared(Verdict verdict) {
  return verdict != Verdict::kSkipped && verdict != Verdict::kNotOffered;
}

template <typename Row>
ComparedRow begin_row(RowKind kind, const Row& a, const Row& b) {
  ComparedRow row;
  row.kind = kind;
  row.scenario = b.scenario;
  row.profiler = b.profiler;
  row.verdict_a = a.verdict;
  row.verdict_b = b.verdict;
  return row;
}

// A row's place in its table, and what to call it.
using Key = std::tuple<std::string, std::string, std::string, std::string>;

Key key_of(const CellRow& row) { return {row.scenario, row.profiler, row.endpoint, row.category}; }
Key key_of(const FunctionRow& row) {
  return {row.scenario, row.profiler, row.endpoint, row.function};
}
Key key_of(const LinkRow& row) { return {row.scenario, row.profiler, "", ""}; }
Key key_of(const ConservationRow& row) { return {row.scenario, row.profiler, "", ""}; }

std::string text_of(RowKind kind, const Key& key) {
  const auto& [scenario, profiler, endpoint, figure] = key;
  const std::string what = figure.empty() ? "" : fmt::format(": {} {}", endpoint, figure);
  return fmt::format("{} of {}, {}{}", name_of(kind), scenario, profiler, what);
}

class Pairing {
 public:
  Pairing(const Results& a, const Results& b, double least_change)
      : a_(a), b_(b), least_change_(least_change) {}

  RowPairs run() {
    pair(RowKind::kCell, a_.cells, b_.cells,
         [this](const CellRow& a, const CellRow& b) { add_cell(a, b); });
    pair(RowKind::kFunction, a_.functions, b_.functions,
         [this](const FunctionRow& a, const FunctionRow& b) { add_function(a, b); });
    pair(RowKind::kLinks, a_.links, b_.links,
         [this](const LinkRow& a, const LinkRow& b) { add_links(a, b); });
    pair(RowKind::kConservation, a_.conservation, b_.conservation,
         [this](const ConservationRow& a, const ConservationRow& b) { add_conservation(a, b); });
    return std::move(pairs_);
  }

 private:
  template <typename Row, typename Add>
  void pair(RowKind kind, const std::vector<Row>& a, const std::vector<Row>& b, const Add& add) {
    std::map<Key, const Row*> first;
    for (const Row& row : a) {
      if (is_compared(row.verdict)) first.emplace(key_of(row), &row);
    }
    std::set<Key> both;
    for (const Row& row : b) {
      if (!is_compared(row.verdict)) continue;
      const Key key = key_of(row);
      const auto found = first.find(key);
      if (found == first.end()) {
        pairs_.only_in_b.push_back(text_of(kind, key));
      } else if (both.insert(key).second) {
        add(*found->second, row);
      }
    }
    for (const Row& row : a) {
      const Key key = key_of(row);
      if (first.contains(key) && both.insert(key).second) {
        pairs_.only_in_a.push_back(text_of(kind, key));
      }
    }
  }

  void add_cell(const CellRow& a, const CellRow& b) {
    ComparedRow row = begin_row(RowKind::kCell, a, b);
    row.endpoint = b.endpoint;
    row.figure = b.category;
    row.unit = "ns";
    row.tolerance = a.tolerance_ns;
    const std::vector<double> first = distances_of(a), second = distances_of(b);
    row.a = mean(first);
    row.b = mean(second);
    row.change = row.b - row.a;
    row.runs_a = static_cast<std::int64_t>(first.size());
    row.runs_b = static_cast<std::int64_t>(second.size());
    const double truth_a = (a.truth_lo_ns + a.truth_hi_ns) / 2;
    const double truth_b = (b.truth_lo_ns + b.truth_hi_ns) / 2;
    const bool known = a.blocked_waits > 0 || a.category == "cpu";  // else it is a clock's width
    if (a.reason.starts_with(kMachineUnfit) || b.reason.starts_with(kMachineUnfit)) {
      undecided(row, "the machine was unfit");
    } else if (row.runs_a < 2 || row.runs_b < 2) {
      undecided(row, "one run does not tell how much it scatters");
    } else if (known && std::max(truth_a, truth_b) > kLikeTruths * std::min(truth_a, truth_b) &&
               b.category != "runqueue" && b.category != kResidual) {
      undecided(row, fmt::format("another workload: its truth was {:.1f} ms and is {:.1f}",
                                 truth_a / 1e6, truth_b / 1e6));
    } else {
      test_samples(first, second, least_change_ * row.tolerance, row);
    }
    pairs_.rows.push_back(std::move(row));
  }

  void add_function(const FunctionRow& a, const FunctionRow& b) {
    ComparedRow row = begin_row(RowKind::kFunction, a, b);
    row.endpoint = b.endpoint;
    row.figure = b.function;
    row.unit = "points";
    row.tolerance = 1;  // point, as in scoring
    row.a = 100 * std::abs(a.attributed_share - a.truth_share);
    row.b = 100 * std::abs(b.attributed_share - b.truth_share);
    row.change = row.b - row.a;
    const double deviation = 100 * kSamplerScatter * std::hypot(a.sampling_limit, b.sampling_limit);
    if (!std::isfinite(deviation) || a.samples < 1 || b.samples < 1) {
      undecided(row, "there are no samples");
    } else if ((a.reason + b.reason).find("lockstep_risk") != std::string::npos) {
      undecided(row, "sampled on the kernel's tick: no limit is known");
    } else {
      const double half = kNormal95 * deviation;
      row.ci95 = Interval{row.change - half, row.change + half};
      const double beyond = std::abs(row.change) - least_change_ * row.tolerance;
      row.p_value = 1;
      if (beyond > 0)
        row.p_value = deviation > 0 ? std::erfc(beyond / deviation / std::sqrt(2)) : 0;
    }
    pairs_.rows.push_back(std::move(row));
  }

  // A figure without runs of its own changed when it did by more than its limit, or passed it.
  void add_by_limit(ComparedRow row, const char* figure, const char* unit, double a, double b,
                    double limit) {
    if (!std::isfinite(limit)) return;
    row.figure = figure;
    row.unit = unit;
    row.a = std::abs(a);
    row.b = std::abs(b);
    row.change = row.b - row.a;
    row.tolerance = limit;
    const bool passed = row.a <= limit && row.b > limit, back = row.a > limit && row.b <= limit;
    row.outcome = row.change > limit || passed  ? Change::kWorse
                  : row.change < -limit || back ? Change::kBetter
                                                : Change::kSame;
    if (!std::isfinite(row.change)) undecided(row, "there is no figure");
    pairs_.rows.push_back(std::move(row));
  }

  void add_links(const LinkRow& a, const LinkRow& b) {
    const ComparedRow row = begin_row(RowKind::kLinks, a, b);
    add_by_limit(row, "wrong_pct", "%", a.wrong_pct, b.wrong_pct, a.wrong_tolerance_pct);
    add_by_limit(row, "none_pct", "%", a.none_pct, b.none_pct, a.none_tolerance_pct);
  }

  void add_conservation(const ConservationRow& a, const ConservationRow& b) {
    const ComparedRow row = begin_row(RowKind::kConservation, a, b);
    const auto ns = [](std::int64_t value) { return static_cast<double>(value); };
    add_by_limit(row, "tiling_error_ns", "ns", ns(a.tiling_error_ns), ns(b.tiling_error_ns), 0);
    add_by_limit(row, "double_booked_ns", "ns", ns(a.double_booked_ns), ns(b.double_booked_ns), 0);
    if (b.profiler == kLedger) return;  // its closure is the machine's, and has no limit
    add_by_limit(row, "residual_pct", "%", a.residual_pct, b.residual_pct,
                 a.residual_tolerance_pct);
    add_by_limit(row, "other_pct", "%", a.other_pct, b.other_pct, a.other_tolerance_pct);
  }

  const Results& a_;
  const Results& b_;
  const double least_change_;
  RowPairs pairs_;
};

}  // namespace

RowPairs pair_rows(const Results& a, const Results& b, double least_change) {
  return Pairing(a, b, least_change).run();
}

}  // namespace plumbline::harness
