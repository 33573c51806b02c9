// Student's t distribution.
//
// A file of its own because Boost.Math's headers take seconds to compile; the intervals and tests
// beside it call it. Thread rule: any thread. Failure: none in the domain given below.
#pragma once

namespace plumbline::harness {

// t such that a variable with `degrees` >= 1 degrees of freedom is below it with `probability`,
// which lies strictly between 0 and 1.
double student_t_quantile(double probability, double degrees);

// The probability that such a variable is at least as far from 0 as `t`, on either side.
double student_t_two_sided(double t, double degrees);

}  // namespace plumbline::harness
