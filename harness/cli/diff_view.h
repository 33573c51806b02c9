// What `plumbline diff` shows, as text or as JSON: two sides, and what lies between them.
//
// Made by diff_command.cc; diff_json.cc prints the same numbers for programs. Per call is per
// request (local root that ended) of a side. Two kinds of interval, both 95 %: of a category per
// call, how it scatters from request to request (Welch); of a method's CPU, what samples leave
// open.
// Thread rule: one thread. Failure: none.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/attribution/hotspots.h"
#include "analysis/attribution/method_diff.h"
#include "harness/cli/like_programs.h"

namespace plumbline::harness {

using Range = std::pair<double, double>;

struct DiffSide {
  RecordedProgram program;
  std::optional<std::string> endpoint;          // none: the whole recording
  std::vector<analysis::TimeColumns> requests;  // each that ended
  std::int64_t elapsed_ns = 0;
  analysis::SelectedTime time;
  std::vector<analysis::Method> methods;
  bool lockstep_risk = false;
  std::uint64_t unread_modules = 0;  // gone or changed since: their functions are addresses
  analysis::ReadReport report;
};

struct DiffView {
  DiffSide a, b;
  std::vector<analysis::MethodPair> methods;  // the largest change first
  std::array<std::optional<Range>, analysis::kTimeColumns> per_call_95_ns;
  std::size_t column = analysis::kTimeColumns;  // asked for; kTimeColumns: wall
  std::vector<std::string> notes;

  bool has_calls() const { return !a.requests.empty() && !b.requests.empty(); }
  // Of the methods' CPU: absolute, and per call. None where nothing was sampled.
  std::optional<Range> cpu_95_ns(const analysis::MethodPair& pair) const;
  std::optional<Range> cpu_per_call_95_ns(const analysis::MethodPair& pair) const;
  // In the column asked for.
  std::int64_t value(const analysis::TimeColumns& columns) const;
  // The methods' changes are those of the categories, column by column.
  bool sums_agree() const;
};

std::string diff_json(const DiffView& view);

}  // namespace plumbline::harness
