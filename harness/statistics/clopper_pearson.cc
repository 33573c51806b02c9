// Source of the formula: Clopper and Pearson, "The use of confidence or fiducial limits illustrated
// in the case of the binomial", Biometrika 26 (1934); as quantiles of the beta distribution: Brown,
// Cai, DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001),
// section 4.2.1.
#include "harness/statistics/clopper_pearson.h"

#include <boost/math/distributions/beta.hpp>

namespace plumbline::harness {
namespace {

double beta_quantile(double probability, double a, double b) {
  return boost::math::quantile(boost::math::beta_distribution<double>(a, b), probability);
}

}  // namespace

Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence) {
  const double tail = (1 - confidence) / 2;
  const double hits = static_cast<double>(successes);
  const double misses = static_cast<double>(trials - successes);
  Interval interval{0, 1};
  if (successes > 0) interval.lo = beta_quantile(tail, hits, misses + 1);
  if (successes < trials) interval.hi = beta_quantile(1 - tail, hits + 1, misses);
  return interval;
}

}  // namespace plumbline::harness
