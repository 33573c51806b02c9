// Source of the formulas: NIST/SEMATECH e-Handbook of Statistical Methods, section 7.2.2.2 (sample
// sizes required): N = (z(1-a/2) + z(1-b))^2 (sigma / delta)^2, twice that for each of two arms.
#include "harness/statistics/detectable_effect.h"

#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace plumbline::harness {
namespace {

double standard_errors(double confidence, double power) {
  const boost::math::normal_distribution<double> normal;
  return boost::math::quantile(normal, (1 + confidence) / 2) + boost::math::quantile(normal, power);
}

}  // namespace

double detectable_effect(double standard_error, double confidence, double power) {
  return standard_errors(confidence, power) * standard_error;
}

std::int64_t measurements_for_effect(double variation, double effect, double confidence,
                                     double power) {
  const double needed = standard_errors(confidence, power) * variation / effect;
  return static_cast<std::int64_t>(std::ceil(2 * needed * needed));
}

}  // namespace plumbline::harness
