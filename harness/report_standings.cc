#include "harness/report_standings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"

namespace plumbline::harness {
namespace {

using io::Align;

std::string figure(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{:.2f}", *value) : "-";
}

std::string signed_figure(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{:+.1f}", *value) : "-";
}

std::string interval(const std::optional<Interval>& value, bool with_sign) {
  if (!value || !std::isfinite(value->lo) || !std::isfinite(value->hi)) return "-";
  return with_sign ? fmt::format("[{:+.1f}, {:+.1f}]", value->lo, value->hi)
                   : fmt::format("[{:.2f}, {:.2f}]", value->lo, value->hi);
}

std::string rows_text(const Results& results, bool coloured) {
  io::TextTable table({{"scenario"},
                       {"profiler"},
                       {"runs", Align::kRight},
                       {"samples a run", Align::kRight},
                       {"per CPU s", Align::kRight},
                       {"largest error", Align::kRight},
                       {"RMS error", Align::kRight},
                       {"limit", Align::kRight},
                       {"RMS/limit", Align::kRight},
                       {"95 % interval", Align::kRight},
                       {"overhead %", Align::kRight},
                       {"95 % interval", Align::kRight},
                       {"lost", Align::kRight}});
  std::string scenario;
  for (const StandingRow& row : results.standings) {
    if (!scenario.empty() && scenario != row.scenario) table.add_rule();
    table.add_row({scenario == row.scenario ? "" : row.scenario, row.profiler,
                   std::to_string(row.runs),
                   row.samples > 0 ? fmt::format("{:.0f}", row.samples) : "-",
                   row.rate_hz ? fmt::format("{:.0f}", *row.rate_hz) : "-", figure(row.max_points),
                   figure(row.rms_points), figure(row.limit_points), figure(row.rms_over_limit),
                   interval(row.ci95_over_limit, false), signed_figure(row.overhead_pct),
                   interval(row.ci95_overhead_pct, true), std::to_string(row.losses)});
    scenario = row.scenario;
  }
  return table.text(coloured);
}

std::string line_of(const ProfilerRow& row) {
  switch (row.state) {
    case ProfilerState::kMissing:
      return fmt::format("  {}: not on this machine: {}", row.profiler, row.reason);
    case ProfilerState::kFailed:
      return fmt::format("  {}: failed: {}", row.profiler, row.reason);
    case ProfilerState::kJudged:
      break;
  }
  return fmt::format("  {}{}: {}{}", row.profiler,
                     row.version.empty() ? "" : " (" + row.version + ")",
                     row.not_offered.empty() ? "offers all" : "does not offer ",
                     fmt::format("{}", fmt::join(row.not_offered, ", ")));
}

}  // namespace

std::string standings_text(const Results& results, bool coloured) {
  const bool alone = std::ranges::all_of(results.profilers, [](const ProfilerRow& row) {
    return row.state == ProfilerState::kJudged && row.not_offered.empty();
  });
  if (results.profilers.size() < 2 && alone) return "";
  std::string text;
  if (!results.standings.empty()) {
    text +=
        "Profilers side by side: CPU shares of the injected functions over the whole process, in "
        "points;\nlargest error: median over the runs; limit: RMS error of a perfect sampler\n\n" +
        rows_text(results, coloured);
  }
  for (const ProfilerRow& row : results.profilers) text += io::terminal_safe(line_of(row)) + "\n";
  return text + "\n";
}

}  // namespace plumbline::harness
