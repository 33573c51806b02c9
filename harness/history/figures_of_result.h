// What of a result is worth following over time: one figure for each row that was judged.
//
// Called when a result is added to the history. A cell's figure is its signed error in per cent of
// the truth, or in ms where the truth is 0; a function's its error in points; of links and
// conservation their percentages. Rows that were skipped, or of an unfit machine, have none.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

struct ResultFigure {
  std::string kind;  // "cell", "function", "links", "conservation"
  std::string scenario, profiler, endpoint, figure, unit;
  double value = 0;
  std::optional<double> lo, hi, tolerance;  // 95 % interval
  std::string verdict;
};

std::vector<ResultFigure> figures_of_result(const Results& results);

}  // namespace plumbline::harness
