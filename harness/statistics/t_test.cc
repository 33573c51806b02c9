// Sources: Welch, "The generalization of Student's problem when several different population
// variances are involved", Biometrika 34 (1947); pairs: Student, "The probable error of a mean",
// Biometrika 6 (1908).
#include "harness/statistics/t_test.h"

#include <cmath>
#include <limits>
#include <vector>

#include "harness/statistics/student_t.h"

namespace plumbline::harness {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

MeanDifference tested(double difference, double standard_error, double degrees, double confidence) {
  if (standard_error == 0) {
    const double t = difference == 0 ? 0 : std::copysign(kUnbounded, difference);
    return {difference, {difference, difference}, t, degrees, difference == 0 ? 1.0 : 0.0};
  }
  const double half = student_t_quantile((1 + confidence) / 2, degrees) * standard_error;
  const double t = difference / standard_error;
  return {difference,
          {difference - half, difference + half},
          t,
          degrees,
          student_t_two_sided(t, degrees)};
}

double variance_of_mean(std::span<const double> sample) {
  return std::pow(standard_deviation(sample), 2) / static_cast<double>(sample.size());
}

}  // namespace

MeanDifference welch_test(std::span<const double> a, std::span<const double> b, double confidence) {
  const double difference = mean(a) - mean(b);
  if (a.size() < 2 || b.size() < 2) return {difference, {-kUnbounded, kUnbounded}, 0, 0, 1};
  const double var_a = variance_of_mean(a), var_b = variance_of_mean(b);
  const double below = var_a * var_a / static_cast<double>(a.size() - 1) +
                       var_b * var_b / static_cast<double>(b.size() - 1);
  const double degrees = below > 0 ? std::pow(var_a + var_b, 2) / below : 1;
  return tested(difference, std::sqrt(var_a + var_b), degrees, confidence);
}

MeanDifference paired_test(std::span<const double> a, std::span<const double> b,
                           double confidence) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  const double difference = mean(differences);
  if (a.size() < 2) return {difference, {-kUnbounded, kUnbounded}, 0, 0, 1};
  return tested(difference, std::sqrt(variance_of_mean(differences)),
                static_cast<double>(a.size() - 1), confidence);
}

}  // namespace plumbline::harness
