// The confusion rows of one scenario and profiler as a table: true by reported category, with what
// they amount to for each category.
//
// Used by the report and by what is published. Categories are names here, as in the result: whoever
// wrote it. Bounds: at most so many categories; the first ones stay.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

inline constexpr std::size_t kMaxConfusionCategories = 32;

struct ConfusionTable {
  std::vector<std::string> truth;     // rows
  std::vector<std::string> reported;  // columns; "none" last, where there is one
  std::vector<std::vector<double>> ns;

  // Of what was truly of this category, the part that was reported as such, in per cent.
  std::optional<double> recall_pct(std::string_view category) const;
  // Of what was reported as this category in injected segments, the part that was truly so.
  std::optional<double> precision_pct(std::string_view category) const;
};

ConfusionTable confusion_table(const Results& results, std::string_view scenario,
                               std::string_view profiler);

}  // namespace plumbline::harness
