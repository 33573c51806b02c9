// Two samples compared by their ranks: does one tend to have more, and how much more often?
//
// For figures of single requests, which are skewed and have stray values that a mean follows and a
// rank does not. Called by comparison/endpoint_changes.h.
// Thread rule: pure functions. Failure: none; of an empty sample, and of values that are all equal,
// nothing follows (both p are 1).
#pragma once

#include <span>

namespace plumbline::harness {

struct RankTest {
  double superiority = 0.5;  // how often a value of b is more than one of a, ties half
  double p_more = 1;         // one-sided, of values like these if b did not tend to have more
  double p_less = 1;
};

// By the normal distribution of U, corrected for ties and for continuity: it errs on the side of no
// change below some 8 values a side (tests/harness/mann_whitney_test.cc).
RankTest mann_whitney(std::span<const double> a, std::span<const double> b);

}  // namespace plumbline::harness
