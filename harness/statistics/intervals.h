// Statistics of repeated runs: means, intervals, equivalence. Pure functions.
//
// Called by the scoring of each table. Thread rule: any thread. Failure: none; a figure that the
// sample is too small to give is infinite, never invented.
#pragma once

#include <cstddef>
#include <span>

namespace plumbline::harness {

struct Interval {
  double lo = 0;
  double hi = 0;
};

// 0 for an empty sample.
double mean(std::span<const double> sample);

// Standard deviation of the population that the sample was drawn from (n - 1 in the divisor);
// 0 for fewer than two values.
double standard_deviation(std::span<const double> sample);

// Two-sided interval of the mean that covers it with probability `confidence`, below 1; unbounded
// for fewer than two values.
Interval mean_interval(std::span<const double> sample, double confidence);
Interval mean_interval(double sample_mean, double sample_deviation, std::size_t count,
                       double confidence);

enum class Equivalence { kWithin, kOutside, kUndecided };

// Where an interval lies against [-tolerance, tolerance]: wholly within, wholly outside, or
// across a border. An interval that touches a border from within is within.
Equivalence equivalence(Interval interval, double tolerance);

// Standard deviation of a share that was estimated from `samples` independent samples: what the
// error of a perfect sampler looks like. Infinite for no samples.
double sampling_limit(double share, double samples);

}  // namespace plumbline::harness
