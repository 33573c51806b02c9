// One figure over time, and where it changed.
//
// Called by `plumbline history plot`. A series are the figures of one row of results of one
// experiment with the same settings on one kind of machine: nothing else can be followed.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/history/history.h"
#include "harness/statistics/e_divisive.h"

namespace plumbline::harness {

// Longer ones are followed from so many values before their end: the cost is that squared.
inline constexpr std::size_t kMaxSeriesValues = 400;

struct Series {
  std::vector<HistoryFigure> figures;  // by time
  std::vector<ChangePoint> changes;
};

// In the order in which they first appear.
std::vector<Series> series_of(std::vector<HistoryFigure> figures, const EDivisiveOptions& options);

// For analysis/plots/history.py, whose contract is this: "plumbline.history-plot/1".
nlohmann::ordered_json series_json(const std::vector<Series>& series, double significance);

// A line for each change, in the order of time.
std::string changes_text(const std::vector<Series>& series, double significance);

}  // namespace plumbline::harness
