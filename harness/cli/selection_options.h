// Options that pick spans and say how far around them, for every command that shows a part of a
// recording.
//
// Used by hotspots_command.cc and export_command.cc, which both know CLI11; inline, so that it is
// compiled no third time.
// Thread rule: one thread. Failure: io::InputError for an id that is none.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/attribution/scope.h"
#include "analysis/attribution/selection.h"

namespace plumbline::harness {

struct SelectionOptions {
  std::vector<std::string> spans, traces, endpoints;
  std::uint64_t slowest = 0;
  std::string scope = "children";
};

inline void add_selection_options(CLI::App& command, SelectionOptions& options) {
  command.add_option("--span", options.spans, "spans by id, hexadecimal")->option_text("ID ...");
  command.add_option("--trace", options.traces, "all spans of traces")->option_text("ID ...");
  command.add_option("--endpoint", options.endpoints, "all requests of endpoints")
      ->option_text("NAME ...");
  command.add_option("--slowest", options.slowest, "the N slowest requests (of --endpoint)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
      ->option_text("N");
  command
      .add_option("--scope", options.scope,
                  "span: while it is innermost; children: and all spans below it, on any thread; "
                  "period: all threads while it was open; full: all threads in its minutes")
      ->check(CLI::IsMember(analysis::kScopeIds))
      ->option_text("SCOPE (children)");
}

inline analysis::SpanPicks picks_of(const SelectionOptions& options) {
  analysis::SpanPicks picks;
  for (const std::string& id : options.spans) {
    picks.span_ids.push_back(analysis::parse_span_id(id));
  }
  for (const std::string& id : options.traces) {
    picks.trace_ids.push_back(analysis::parse_trace_id(id));
  }
  picks.endpoints = options.endpoints;
  picks.slowest = options.slowest;
  return picks;
}

inline analysis::Scope scope_of(const SelectionOptions& options) {
  const auto found =
      std::find(analysis::kScopeIds.begin(), analysis::kScopeIds.end(), options.scope);
  return static_cast<analysis::Scope>(found - analysis::kScopeIds.begin());
}

// A scope is one of spans: without any it says nothing.
inline void check_selection(const CLI::App& command, const SelectionOptions& options) {
  if (command.count("--scope") == 0 || !picks_of(options).is_empty()) return;
  throw CLI::ValidationError("--scope",
                             "needs spans: give --span, --trace, --endpoint or --slowest");
}

// What was picked, as asked for.
inline std::string question_of(const SelectionOptions& options) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const std::string& id : options.spans) add("span " + id);
  for (const std::string& id : options.traces) add("trace " + id);
  if (options.slowest > 0) add(fmt::format("the {} slowest requests", options.slowest));
  for (const std::string& name : options.endpoints) {
    add((options.slowest > 0 ? "of endpoint " : "endpoint ") + name);
  }
  return text.empty() ? "the whole recording" : text;
}

// Of a category by its id; none: wall.
inline std::size_t column_of(const std::string& category) {
  const auto found = std::find(format::kCategoryIds.begin(), format::kCategoryIds.end(), category);
  return category.empty() ? analysis::kTimeColumns
                          : static_cast<std::size_t>(found - format::kCategoryIds.begin());
}

}  // namespace plumbline::harness
