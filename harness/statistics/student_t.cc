#include "harness/statistics/student_t.h"

#include <boost/math/distributions/students_t.hpp>

namespace plumbline::harness {

double student_t_quantile(double probability, double degrees) {
  return boost::math::quantile(boost::math::students_t_distribution<double>(degrees), probability);
}

}  // namespace plumbline::harness
