// Sources of the formulas:
//   deviation    two-pass with correction term: Chan, Golub, LeVeque, "Algorithms for computing
//                the sample variance", The American Statistician 37 (1983), eq. 1.7
//   interval     NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.5.2
//   equivalence  Schuirmann, "A comparison of the two one-sided tests procedure and the power
//                approach", J. Pharmacokinetics and Biopharmaceutics 15 (1987). A 95 % interval
//                is the stricter form: a bias that sits on the border passes in 2.5 % of cases.
//   limit        binomial proportion, NIST e-Handbook, section 7.2.4
#include "harness/statistics/intervals.h"

#include <cmath>
#include <limits>

#include "harness/statistics/student_t.h"

namespace plumbline::harness {

double mean(std::span<const double> sample) {
  if (sample.empty()) return 0;
  double sum = 0;
  for (const double value : sample) sum += value;
  return sum / static_cast<double>(sample.size());
}

double standard_deviation(std::span<const double> sample) {
  if (sample.size() < 2) return 0;
  const double center = mean(sample);
  double squares = 0;
  double rounding = 0;  // would be 0 in exact arithmetic: what `center` lost to rounding
  for (const double value : sample) {
    const double distance = value - center;
    squares += distance * distance;
    rounding += distance;
  }
  const double count = static_cast<double>(sample.size());
  return std::sqrt((squares - rounding * rounding / count) / (count - 1));
}

Interval mean_interval(std::span<const double> sample, double confidence) {
  return mean_interval(mean(sample), standard_deviation(sample), sample.size(), confidence);
}

Interval mean_interval(double sample_mean, double sample_deviation, std::size_t count,
                       double confidence) {
  constexpr double kUnbounded = std::numeric_limits<double>::infinity();
  if (count < 2) return {-kUnbounded, kUnbounded};
  const double n = static_cast<double>(count);
  const double quantile = student_t_quantile((1 + confidence) / 2, n - 1);
  const double half_width = quantile * sample_deviation / std::sqrt(n);
  return {sample_mean - half_width, sample_mean + half_width};
}

Equivalence equivalence(Interval interval, double tolerance) {
  if (interval.lo >= -tolerance && interval.hi <= tolerance) return Equivalence::kWithin;
  if (interval.lo > tolerance || interval.hi < -tolerance) return Equivalence::kOutside;
  return Equivalence::kUndecided;
}

double sampling_limit(double share, double samples) {
  if (samples <= 0) return std::numeric_limits<double>::infinity();
  return std::sqrt(share * (1 - share) / samples);
}

}  // namespace plumbline::harness
