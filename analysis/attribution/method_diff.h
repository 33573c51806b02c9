// Methods of two scopes side by side: of two recordings, or of two endpoints of one.
//
// Used by `plumbline diff`. Methods are one by name and owner of the code: addresses differ from
// build to build. Every method of either side is a row, so that the changes sum to the change of
// each category, column by column.
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/attribution/methods.h"

namespace plumbline::analysis {

struct MethodPair {
  std::string function;
  CodeOwner owner = CodeOwner::kNoCode;
  TimeSum self_a, self_b;
  TimeSum total_a, total_b;

  // b - a of the self times.
  TimeColumns change() const;
};

// In no particular order.
std::vector<MethodPair> paired_methods(const std::vector<Method>& a, const FramePaths& paths_a,
                                       const std::vector<Method>& b, const FramePaths& paths_b);

// A figure and its 95 % interval.
struct Estimate {
  double value = 0, low = 0, high = 0;
};

// Interval of b - a for figures that know nothing of each other, from an interval of each (MOVER:
// Zou and Donner, Statistics in Medicine 27, 2008): it keeps their asymmetry.
std::pair<double, double> interval_of_difference(const Estimate& a, const Estimate& b);

}  // namespace plumbline::analysis
