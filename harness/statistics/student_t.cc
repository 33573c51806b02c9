#include "harness/statistics/student_t.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace plumbline::harness {

double student_t_quantile(double probability, double degrees) {
  return boost::math::quantile(boost::math::students_t_distribution<double>(degrees), probability);
}

double student_t_two_sided(double t, double degrees) {
  const boost::math::students_t_distribution<double> distribution(degrees);
  return 2 * boost::math::cdf(boost::math::complement(distribution, std::fabs(t)));
}

}  // namespace plumbline::harness
