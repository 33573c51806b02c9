// How small an effect an experiment can see, and how large it has to be to see a given one.
//
// Printed beside every overhead: "no difference found" means nothing without it.
// Thread rule: pure functions. Failure: none; what no experiment can see is infinite.
#pragma once

#include <cstdint>

namespace plumbline::harness {

inline constexpr double kUsualPower = 0.8;

// The smallest true effect that a two-sided interval of `confidence` excludes 0 for with
// probability `power`, in the unit of `standard_error` (that of the estimate, not of one
// measurement).
double detectable_effect(double standard_error, double confidence = 0.95,
                         double power = kUsualPower);

// Measurements of each of two arms, each with the coefficient of variation `variation`, until a
// relative difference of `effect` is detectable. Both in the same unit, above 0.
std::int64_t measurements_for_effect(double variation, double effect, double confidence = 0.95,
                                     double power = kUsualPower);

}  // namespace plumbline::harness
