#include "harness/comparison/endpoint_changes.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/statistics/benjamini_hochberg.h"
#include "harness/statistics/bootstrap.h"
#include "harness/statistics/mann_whitney.h"
#include "harness/statistics/t_test.h"

namespace plumbline::harness {
namespace {

std::vector<double> column(const EndpointSample& sample, std::size_t figure, double shift) {
  std::vector<double> values;
  values.reserve(sample.requests.size());
  for (const RequestFigures& request : sample.requests) values.push_back(request[figure] + shift);
  return values;
}

Effect effect_of(double superiority) {
  const double delta = std::abs(2 * superiority - 1);
  if (delta < 0.147) return Effect::kNegligible;
  if (delta < 0.33) return Effect::kSmall;
  return delta < 0.474 ? Effect::kMedium : Effect::kLarge;
}

// Two-sided: that it became more by more than the least change, or less by more than that.
FigureChange changed(const EndpointSample& baseline, const EndpointSample& now, std::size_t figure,
                     double least_ns) {
  const std::vector<double> then = column(baseline, figure, 0), later = column(now, figure, 0);
  const MeanDifference means = welch_test(later, then, 0.95);
  FigureChange change;
  change.figure = kRequestFigures[figure];
  change.baseline_mean_ns = mean(then);
  change.mean_ns = mean(later);
  change.change_95_ns = means.interval;
  change.superiority = mann_whitney(then, later).superiority;
  change.effect = effect_of(change.superiority);
  const double more = mann_whitney(column(baseline, figure, least_ns), later).p_more;
  const double less = mann_whitney(column(baseline, figure, -least_ns), later).p_less;
  change.p_value = std::min(1.0, 2 * std::min(more, less));
  change.verdict = more < less ? FigureVerdict::kWorse : FigureVerdict::kBetter;
  return change;
}

std::vector<FigureChange> figures_of(const EndpointSample& baseline, const EndpointSample& now,
                                     const ChangeOptions& options) {
  const double least_ns = median(column(baseline, 0, 0)) * options.least_change_percent / 100;
  std::vector<FigureChange> figures;
  for (std::size_t figure = 0; figure < kRequestFigures.size(); ++figure) {
    figures.push_back(changed(baseline, now, figure, least_ns));
  }
  return figures;
}

void adjust(std::vector<EndpointChange>& changes, double false_discovery_rate) {
  std::vector<FigureChange*> all;
  std::vector<double> p_values;
  for (EndpointChange& change : changes) {
    for (FigureChange& figure : change.figures) {
      all.push_back(&figure);
      p_values.push_back(figure.p_value);
    }
  }
  const std::vector<double> adjusted = false_discovery_adjusted(p_values);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i]->p_adjusted = adjusted[i];
    if (adjusted[i] > false_discovery_rate) all[i]->verdict = FigureVerdict::kNoChangeShown;
  }
}

EndpointVerdict verdict_of(const EndpointChange& change) {
  const auto any = [&](FigureVerdict verdict) {
    return std::any_of(change.figures.begin(), change.figures.end(),
                       [&](const FigureChange& figure) { return figure.verdict == verdict; });
  };
  if (any(FigureVerdict::kWorse)) return EndpointVerdict::kRegressed;
  return any(FigureVerdict::kBetter) ? EndpointVerdict::kImproved : EndpointVerdict::kNoChangeShown;
}

double wall_ns(const std::vector<EndpointSample>& samples) {
  double sum_ns = 0;
  for (const EndpointSample& sample : samples) sum_ns += sample.wall_ns;
  return sum_ns;
}

EndpointChange compared(const EndpointSample* baseline, const EndpointSample* now,
                        const ChangeOptions& options) {
  EndpointChange change;
  change.name = now != nullptr ? now->name : baseline->name;
  if (baseline != nullptr) change.baseline_requests = baseline->requests.size();
  if (now != nullptr) change.requests = now->requests.size();
  if (baseline == nullptr) {
    change.verdict = EndpointVerdict::kNew;
  } else if (now == nullptr) {
    change.verdict = EndpointVerdict::kGone;
  } else if (std::min(change.requests, change.baseline_requests) < options.least_requests) {
    change.verdict = EndpointVerdict::kTooFew;
  } else {
    change.figures = figures_of(*baseline, *now, options);
  }
  return change;
}

int rank_of(EndpointVerdict verdict) {
  switch (verdict) {
    case EndpointVerdict::kRegressed:
      return 0;
    case EndpointVerdict::kNew:
      return 1;
    case EndpointVerdict::kImproved:
      return 2;
    case EndpointVerdict::kNoChangeShown:
      return 3;
    case EndpointVerdict::kTooFew:
      return 4;
    case EndpointVerdict::kGone:
      return 5;
  }
  return 6;
}

}  // namespace

std::vector<EndpointChange> endpoint_changes(const std::vector<EndpointSample>& baseline,
                                             const std::vector<EndpointSample>& now,
                                             const ChangeOptions& options) {
  std::map<std::string, std::pair<const EndpointSample*, const EndpointSample*>> by_name;
  for (const EndpointSample& sample : baseline) by_name[sample.name].first = &sample;
  for (const EndpointSample& sample : now) by_name[sample.name].second = &sample;
  const double then_ns = wall_ns(baseline), now_ns = wall_ns(now);
  std::vector<EndpointChange> changes;
  for (const auto& [name, pair] : by_name) {
    EndpointChange& change = changes.emplace_back(compared(pair.first, pair.second, options));
    if (pair.first != nullptr && then_ns > 0) {
      change.baseline_wall_percent = 100 * pair.first->wall_ns / then_ns;
    }
    if (pair.second != nullptr && now_ns > 0) {
      change.wall_percent = 100 * pair.second->wall_ns / now_ns;
    }
  }
  adjust(changes, options.false_discovery_rate);
  for (EndpointChange& change : changes) {
    if (!change.figures.empty()) change.verdict = verdict_of(change);
  }
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) {
    const int rank_a = rank_of(a.verdict), rank_b = rank_of(b.verdict);
    return rank_a != rank_b ? rank_a < rank_b : a.wall_percent > b.wall_percent;
  });
  return changes;
}

std::string_view name_of(EndpointVerdict verdict) {
  constexpr std::array<std::string_view, 6> kNames = {"regressed", "improved", "no_change_shown",
                                                      "new",       "gone",     "too_few"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string_view name_of(FigureVerdict verdict) {
  constexpr std::array<std::string_view, 3> kNames = {"worse", "better", "no_change_shown"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string_view name_of(Effect effect) {
  constexpr std::array<std::string_view, 4> kNames = {"negligible", "small", "medium", "large"};
  return kNames[static_cast<std::size_t>(effect)];
}

}  // namespace plumbline::harness
