#include "harness/comparison/comparison_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;
using io::Align;
using io::Emphasis;

Json finite(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json row_json(const ComparedRow& row) {
  const bool bounded = row.ci95 && std::isfinite(row.ci95->lo) && std::isfinite(row.ci95->hi);
  return {{"outcome", name_of(row.outcome)},
          {"kind", name_of(row.kind)},
          {"scenario", row.scenario},
          {"profiler", row.profiler},
          {"endpoint", row.endpoint},
          {"figure", row.figure},
          {"unit", row.unit},
          {"a", finite(row.a)},
          {"b", finite(row.b)},
          {"change", finite(row.change)},
          {"ci95", bounded ? Json{row.ci95->lo, row.ci95->hi} : Json(nullptr)},
          {"tolerance", finite(row.tolerance)},
          {"p_value", finite(row.p_value)},
          {"q_value", finite(row.q_value)},
          {"effect_size", finite(row.effect_size)},
          {"runs_a", row.runs_a},
          {"runs_b", row.runs_b},
          {"verdict_a", name_of(row.verdict_a)},
          {"verdict_b", name_of(row.verdict_b)},
          {"reason", row.reason.empty() ? Json(nullptr) : Json(row.reason)}};
}

// Nanoseconds are shown as milliseconds; everything else as it is.
std::string amount(const ComparedRow& row, double value, bool sign) {
  const double shown = row.unit == "ns" ? value / 1e6 : value;
  return sign ? fmt::format("{:+.3f}", shown) : fmt::format("{:.3f}", shown);
}

std::string figure_text(const ComparedRow& row) {
  const std::string unit = row.unit == "ns" ? "ms" : std::string(row.unit);
  return fmt::format("{}{}{} ({})", row.endpoint, row.endpoint.empty() ? "" : " ", row.figure,
                     unit);
}

std::string change_text(const ComparedRow& row) {
  if (!row.ci95 || !std::isfinite(row.ci95->lo)) return amount(row, row.change, true);
  return fmt::format("{} [{}, {}]", amount(row, row.change, true), amount(row, row.ci95->lo, true),
                     amount(row, row.ci95->hi, true));
}

Emphasis emphasis_of(Change change) {
  switch (change) {
    case Change::kWorse:
      return Emphasis::kBad;
    case Change::kBetter:
      return Emphasis::kGood;
    case Change::kUndecided:
      return Emphasis::kBold;
    case Change::kSame:
      break;
  }
  return Emphasis::kFaint;
}

std::string note_of(const ComparedRow& row) {
  if (!row.reason.empty()) return row.reason;
  if (row.verdict_a == row.verdict_b) return std::string(name_of(row.verdict_b));
  return fmt::format("{} -> {}", name_of(row.verdict_a), name_of(row.verdict_b));
}

std::string names_text(const char* title, const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  if (names.empty()) return "";
  std::string text = fmt::format("{} ({}):\n", title, names.size());
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    text += "  " + io::terminal_safe(names[i]) + "\n";
  }
  if (names.size() > kShown) text += fmt::format("  and {} more\n", names.size() - kShown);
  return text;
}

}  // namespace

std::string comparison_text(const Comparison& comparison, bool all, bool coloured) {
  io::TextTable table({{"outcome"},
                       {"scenario, profiler"},
                       {"figure"},
                       {"error A", Align::kRight},
                       {"error B", Align::kRight},
                       {"change, 95 % interval", Align::kRight},
                       {"tolerance", Align::kRight},
                       {"q", Align::kRight},
                       {"effect", Align::kRight},
                       {"runs", Align::kRight},
                       {"note"}});
  bool any = false;
  for (const ComparedRow& row : comparison.rows) {
    const bool informs = row.kind == RowKind::kFunction && row.outcome == Change::kUndecided;
    if (!all && (informs || row.outcome == Change::kSame)) continue;
    any = true;
    table.add_row(
        {std::string(name_of(row.outcome)), row.scenario + ", " + row.profiler, figure_text(row),
         amount(row, row.a, false), amount(row, row.b, false), change_text(row),
         amount(row, row.tolerance, false), row.q_value ? fmt::format("{:.2g}", *row.q_value) : "-",
         row.effect_size ? fmt::format("{:+.1f}", *row.effect_size) : "-",
         row.runs_a == 0 ? "-" : fmt::format("{}, {}", row.runs_a, row.runs_b), note_of(row)},
        emphasis_of(row.outcome));
  }
  const std::string_view colour = comparison.exit_code == kExitOk ? "\x1b[32m" : "\x1b[31m";
  return (any ? table.text(coloured) + "\n" : "") + names_text("only in A", comparison.only_in_a) +
         names_text("only in B", comparison.only_in_b) +
         fmt::format("{}{} worse, {} better, {} the same, {} undecided: {}{}\n",
                     coloured ? colour : "", comparison.worse, comparison.better, comparison.same,
                     comparison.undecided, comparison.reason, coloured ? "\x1b[0m" : "");
}

Json comparison_json(const Comparison& comparison) {
  Json json = {{"schema", "plumbline.comparison/1"}, {"exit_code", comparison.exit_code},
               {"reason", comparison.reason},        {"worse", comparison.worse},
               {"better", comparison.better},        {"same", comparison.same},
               {"undecided", comparison.undecided},  {"rows", Json::array()},
               {"only_in_a", comparison.only_in_a},  {"only_in_b", comparison.only_in_b}};
  for (const ComparedRow& row : comparison.rows) json["rows"].push_back(row_json(row));
  return json;
}

}  // namespace plumbline::harness
