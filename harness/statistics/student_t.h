// Quantiles of Student's t distribution.
//
// A file of its own because Boost.Math's headers take seconds to compile; statistics.cc is the
// only caller. Thread rule: any thread. Failure: none in the domain given below.
#pragma once

namespace plumbline::harness {

// t such that a variable with `degrees` >= 1 degrees of freedom is below it with `probability`,
// which lies strictly between 0 and 1.
double student_t_quantile(double probability, double degrees);

}  // namespace plumbline::harness
