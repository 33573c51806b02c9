// What `plumbline hotspots` shows, as text or as JSON: the answer to one question, and its notes.
//
// Made by hotspots_command.cc; hotspots_text.cc and hotspots_json.cc print the same numbers.
// Thread rule: one thread. Failure: none.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/attribution/hotspots.h"

namespace plumbline::harness {

struct HotspotsView {
  const analysis::Recording& recording;
  const analysis::FramePaths& paths;
  std::string question;                 // what was picked, as asked for
  std::vector<analysis::Index> picked;  // rows of spans
  bool whole = false;                   // nothing was picked: the whole recording
  analysis::ScopedTime scope;
  analysis::SelectedTime time;
  std::vector<analysis::Method> methods;
  std::array<analysis::TimeSum, analysis::kCodeOwnerCount> owners{};
  std::optional<analysis::CallTree> tree;
  std::uint32_t depth = 0;                      // of the tree
  std::size_t column = analysis::kTimeColumns;  // asked for; kTimeColumns: wall
  analysis::MergeBy merge_by = analysis::MergeBy::kFunction;
  bool lockstep_risk = false;
  std::vector<std::string> notes;

  // In the column asked for, or wall.
  std::int64_t value(const analysis::TimeSum& time_sum) const;
  std::int64_t whole_value() const;
  // The methods' self times are the categories, column by column.
  bool sums_agree() const;
  // The 95 % interval of a time's CPU, with its exact part; none where it does not rest on samples.
  std::optional<std::pair<std::int64_t, std::int64_t>> cpu_interval_ns(
      const analysis::TimeSum& time_sum) const;
};

// "cpu", ..., "other", "residual"
std::string_view column_id(std::size_t column);

// Nanoseconds by the columns' ids.
nlohmann::ordered_json columns_json(const analysis::TimeColumns& columns);

std::string hotspots_text(const HotspotsView& view, std::size_t most_rows, bool coloured);
std::string hotspots_json(const HotspotsView& view);

}  // namespace plumbline::harness
