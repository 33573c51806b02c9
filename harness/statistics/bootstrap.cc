// Source of the method: Efron, "Bootstrap methods: another look at the jackknife", Annals of
// Statistics 7 (1979), section 3 (the median); percentile interval: Efron and Tibshirani, "An
// Introduction to the Bootstrap" (1993), chapter 13.
#include "harness/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "workloads/random.h"

namespace plumbline::harness {
namespace {

using workloads::Random;

double median_of(std::vector<double>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// As many values, each drawn from all of them.
double resampled_median(std::span<const double> sample, Random& random,
                        std::vector<double>& drawn) {
  drawn.clear();
  for (std::size_t i = 0; i < sample.size(); ++i) {
    drawn.push_back(sample[random.below(sample.size())]);
  }
  return median_of(drawn);
}

// Even the whole range of n values misses the median in 2^(1-n) of all samples: where that is more
// than the interval may miss, no resampling can help.
bool is_enough(std::size_t count, double confidence) {
  return std::exp2(1 - static_cast<double>(count)) <= 1 - confidence;
}

Interval percentiles(std::vector<double>& sorted, double confidence) {
  const double tail = (1 - confidence) / 2 * static_cast<double>(sorted.size());
  const auto low = static_cast<std::size_t>(tail);
  return {sorted[low], sorted[sorted.size() - 1 - low]};
}

RatioEstimate estimate(double ratio, bool enough, const BootstrapPlan& plan,
                       const std::function<double(Random&)>& resample) {
  constexpr double kUnbounded = std::numeric_limits<double>::infinity();
  if (!enough) return {ratio, {-kUnbounded, kUnbounded}, kUnbounded};
  Random random(plan.seed);
  std::vector<double> ratios;
  for (int i = 0; i < plan.resamples; ++i) ratios.push_back(resample(random));
  const double error = standard_deviation(ratios);
  std::sort(ratios.begin(), ratios.end());
  return {ratio, percentiles(ratios, plan.confidence), error};
}

}  // namespace

double median(std::span<const double> sample) {
  std::vector<double> values(sample.begin(), sample.end());
  return median_of(values);
}

RatioEstimate paired_ratio(std::span<const double> treated, std::span<const double> bare,
                           const BootstrapPlan& plan) {
  std::vector<double> ratios, drawn;
  for (std::size_t i = 0; i < treated.size(); ++i) ratios.push_back(treated[i] / bare[i]);
  return estimate(median(ratios), is_enough(ratios.size(), plan.confidence), plan,
                  [&](Random& random) { return resampled_median(ratios, random, drawn); });
}

RatioEstimate ratio_of_medians(std::span<const double> treated, std::span<const double> bare,
                               const BootstrapPlan& plan) {
  std::vector<double> drawn;
  const bool enough = is_enough(std::min(treated.size(), bare.size()), plan.confidence);
  return estimate(median(treated) / median(bare), enough, plan, [&](Random& random) {
    const double above = resampled_median(treated, random, drawn);
    return above / resampled_median(bare, random, drawn);
  });
}

}  // namespace plumbline::harness
