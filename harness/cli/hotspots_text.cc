// The tables that people read. Everything from the recording passes through io/terminal_text.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/attribution/percents.h"
#include "analysis/attribution/sampled_interval.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/cli/hotspots_view.h"
#include "harness/cli/time_cells.h"

namespace plumbline::harness {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::TimeSum;
using io::Align;
using io::Emphasis;

// Nodes with less are added up in one line.
constexpr double kLeastShare = 0.005;

std::string head_text(const HotspotsView& view) {
  const analysis::ScopedTime& scope = view.scope;
  const std::int64_t on_threads_ns = view.time.on_threads.wall_ns();
  const std::string parallel =
      scope.elapsed_ns <= 0 ? "-"
                            : fmt::format("{:.2f}", static_cast<double>(on_threads_ns) /
                                                        static_cast<double>(scope.elapsed_ns));
  std::string text = io::terminal_safe(view.question);
  if (!view.whole) {
    text += fmt::format("; scope {}", analysis::kScopeIds[static_cast<std::size_t>(scope.scope)]);
    if (scope.spans > 0) text += fmt::format(", {} spans", scope.spans);
  }
  return text +
         fmt::format("\nelapsed {} ms, on threads {} ms, on no thread {} ms, parallel {}\n\n",
                     milliseconds(scope.elapsed_ns), milliseconds(on_threads_ns),
                     milliseconds(view.time.uncovered_ns), parallel);
}

std::string tenths_text(std::int64_t tenths) {
  return fmt::format("{}{}.{} %", tenths < 0 ? "-" : "", std::abs(tenths) / 10,
                     std::abs(tenths) % 10);
}

std::string cpu_inside_calls(const HotspotsView& view) {
  std::string text = "yes";
  for (std::size_t i = 0; i < view.time.cpu_in_calls_ns.size(); ++i) {
    const std::int64_t ns = view.time.cpu_in_calls_ns[i];
    if (ns == 0) continue;
    text += fmt::format("{}{} ms inside {} calls", text == "yes" ? "; of it " : ", ",
                        milliseconds(ns), format::kCategoryIds[i]);
  }
  return text;
}

std::string breakdown_text(const HotspotsView& view, bool coloured) {
  const analysis::TimeColumns columns = analysis::columns_of(view.time.all());
  const auto tenths = analysis::tenths_of_percent({columns.begin(), columns.end()});
  io::TextTable table({{"category"}, {"ms", Align::kRight}, {"percent", Align::kRight}, {"exact"}});
  for (std::size_t column = 0; column < columns.size(); ++column) {
    const bool is_residual = column == analysis::kResidualColumn;
    if (is_residual && columns[column] == 0) continue;
    const bool is_cpu = column == analysis::index_of(format::Category::kCpu);
    table.add_row({is_residual ? "residual" : std::string(format::kCategoryNames[column]),
                   milliseconds(columns[column]), tenths_text(tenths[column]),
                   is_cpu ? cpu_inside_calls(view) : "yes"},
                  column == view.column ? Emphasis::kBold : Emphasis::kNone);
  }
  table.add_rule();
  const std::int64_t wall_ns = view.time.all().wall_ns();
  table.add_row({"wall", milliseconds(wall_ns), wall_ns > 0 ? "100.0 %" : "-", ""},
                Emphasis::kBold);
  return table.text(coloured) + reasons_text(view.time.all()) + "\n";
}

std::string owners_text(const HotspotsView& view, bool coloured) {
  io::TextTable table({{"whose code"}, {"self ms", Align::kRight}, {"percent", Align::kRight}});
  for (std::size_t i = 0; i < view.owners.size(); ++i) {
    const std::int64_t ns = view.value(view.owners[i]);
    if (ns == 0) continue;
    table.add_row({std::string(analysis::kCodeOwnerNames[i]), milliseconds(ns),
                   percent(ns, view.whole_value())});
  }
  return table.text(coloured) + "\n";
}

std::string frame_text(const HotspotsView& view, Index row) {
  const analysis::Frame& frame = view.paths.frames()[row];
  if (frame.file.empty()) return frame.function;
  return fmt::format("{} {}:{}", frame.function, frame.file, frame.line);
}

// "cpu 80 %, lock 20 %": where it went, largest first.
std::string categories_text(const TimeSum& time) {
  std::vector<std::pair<std::int64_t, std::size_t>> parts;
  for (std::size_t column = 0; column < time.ns.size(); ++column) {
    if (time.ns[column] != 0) parts.emplace_back(time.ns[column], column);
  }
  std::sort(parts.rbegin(), parts.rend());
  std::string text;
  for (const auto& [ns, column] : parts) {
    if (!text.empty()) text += ", ";
    text += parts.size() == 1 ? std::string(column_id(column))
                              : fmt::format("{} {}", column_id(column), milliseconds(ns));
  }
  return text;
}

// What the CPU of a figure rests on.
std::string basis_text(const HotspotsView& view, const TimeSum& time) {
  if (time.samples == 0) return time.sampled_ns == 0 ? "exact" : "0 samples";
  const bool few = time.samples < analysis::kFewSamples;
  const auto interval = view.cpu_interval_ns(time);
  return fmt::format("{} samples{}{}", time.samples, few ? " (few)" : "",
                     interval ? fmt::format(", cpu {} to {}", milliseconds(interval->first),
                                            milliseconds(interval->second))
                              : "");
}

std::string methods_text(const HotspotsView& view, std::size_t most_rows, bool coloured) {
  // Names last: those of C++ have no end.
  io::TextTable table({{"self ms", Align::kRight},
                       {"percent", Align::kRight},
                       {"total ms", Align::kRight},
                       {"self: where it went (ms)"},
                       {"self: based on, 95 % (ms)"},
                       {"code"},
                       {"method"}});
  std::size_t shown = 0, left = 0;
  std::int64_t left_ns = 0;
  for (const analysis::Method& method : view.methods) {
    const std::int64_t self_ns = view.value(method.self);
    if (self_ns == 0 && view.value(method.total) == 0) continue;
    if (++shown > most_rows) {
      ++left;
      left_ns += self_ns;
      continue;
    }
    const analysis::Frame& frame = view.paths.frames()[method.frame];
    table.add_row({milliseconds(self_ns), percent(self_ns, view.whole_value()),
                   milliseconds(view.value(method.total)), categories_text(method.self),
                   basis_text(view, method.self),
                   std::string(analysis::kCodeOwnerNames[static_cast<std::size_t>(frame.owner)]),
                   frame_text(view, method.frame)});
  }
  const std::string more =
      left == 0 ? "" : fmt::format("{} more methods, self {} ms\n", left, milliseconds(left_ns));
  return table.text(coloured) + more + "\n";
}

class TreeText {
 public:
  TreeText(const HotspotsView& view) : view_(view), table_(columns(view)) {}

  std::string text(bool coloured) {
    add_level(view_.tree->first, 0);
    return table_.text(coloured) + "\n";
  }

 private:
  static std::vector<io::Column> columns(const HotspotsView& view) {
    const bool reverse = view.tree->direction == analysis::TreeDirection::kReverse;
    return {{"ms", Align::kRight},
            {"percent", Align::kRight},
            {"where it went (ms)"},
            {reverse ? "leaf, and below it its callers" : "root, and below it what it called"}};
  }

  void add_level(Index first, std::size_t depth) {
    const auto whole = static_cast<double>(view_.whole_value());
    std::size_t small = 0;
    std::int64_t small_ns = 0;
    for (Index row = first; row != kNone; row = view_.tree->nodes[row].next_sibling) {
      const analysis::TreeNode& node = view_.tree->nodes[row];
      const std::int64_t ns = view_.value(node.total);
      if (ns == 0) continue;
      if (std::abs(static_cast<double>(ns)) < kLeastShare * std::abs(whole)) {
        ++small;
        small_ns += ns;
        continue;
      }
      const std::string more = node.hidden != 0 ? " +" : "";
      add(depth, frame_text(view_, node.frame) + more, ns, categories_text(node.total));
      add_level(node.first_child, depth + 1);
    }
    if (small > 0) add(depth, fmt::format("({} smaller)", small), small_ns, "");
  }

  void add(std::size_t depth, const std::string& name, std::int64_t ns,
           const std::string& categories) {
    table_.add_row({milliseconds(ns), percent(ns, view_.whole_value()), categories,
                    std::string(2 * depth, ' ') + name});
  }

  const HotspotsView& view_;
  io::TextTable table_;
};

std::string sums_text(const HotspotsView& view) {
  std::int64_t methods_ns = 0;
  for (const analysis::Method& method : view.methods) methods_ns += method.self.wall_ns();
  return fmt::format("{}: methods {} ns, categories {} ns\n",
                     view.sums_agree() ? "sums agree in every category" : "SUMS DIFFER", methods_ns,
                     view.time.all().wall_ns());
}

}  // namespace

std::string hotspots_text(const HotspotsView& view, std::size_t most_rows, bool coloured) {
  std::string text = head_text(view);
  if (!view.time.keys.empty()) {
    text += breakdown_text(view, coloured) + owners_text(view, coloured) +
            methods_text(view, most_rows, coloured);
    if (view.tree) text += TreeText(view).text(coloured);
    text += sums_text(view);
  }
  for (const std::string& note : view.notes) text += "note: " + io::terminal_safe(note) + "\n";
  return text + damage_text(view.recording.report);
}

}  // namespace plumbline::harness
