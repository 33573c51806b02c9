// Two samples compared by their means: the difference, its interval, its p-value.
//
// Called by selfcheck and by what compares results. Thread rule: pure functions.
// Failure: none; of fewer than two values (pairs) the interval is unbounded and p is 1. Samples
// that do not scatter at all: p is 0 if their means differ, else 1.
#pragma once

#include <span>

#include "harness/statistics/intervals.h"

namespace plumbline::harness {

struct MeanDifference {
  double difference = 0;  // mean(a) - mean(b)
  Interval interval;
  double t = 0, degrees = 0;
  double p_value = 1;  // two-sided
};

// Independent samples of unlike variance (Welch).
MeanDifference welch_test(std::span<const double> a, std::span<const double> b, double confidence);

// Pairs: a[i] belongs to b[i]. Equal sizes.
MeanDifference paired_test(std::span<const double> a, std::span<const double> b, double confidence);

}  // namespace plumbline::harness
