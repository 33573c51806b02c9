// One table for each profiler and rate's measures: bare and profiled as medians, the change with
// its interval, and the smallest change that would have shown.
#include "harness/overhead/overhead_report.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"

namespace plumbline::harness {
namespace {

using io::Align;
using io::Emphasis;

Emphasis emphasis_of(const OverheadRow& row) {
  if (row.verdict == Verdict::kPass) return Emphasis::kGood;
  if (row.verdict == Verdict::kFail) return Emphasis::kBad;
  return row.limit ? Emphasis::kBold : Emphasis::kNone;
}

std::string amount(const OverheadRow& row, double value) {
  if (row.unit == "ns") return fmt::format("{:.3f}", value / 1e6);
  return row.unit == "ratio" ? fmt::format("{:.4f}", value) : fmt::format("{:.1f}", value);
}

std::string change(double ratio) {
  return std::isfinite(ratio) ? fmt::format("{:+.2f}", 100 * (ratio - 1)) : "-";
}

std::string interval(const Interval& ratios) {
  if (!std::isfinite(ratios.lo) || !std::isfinite(ratios.hi)) return "-";
  return fmt::format("[{}, {}]", change(ratios.lo), change(ratios.hi));
}

std::string verdict(const OverheadRow& row) {
  if (row.verdict == Verdict::kSkipped) return fmt::format("skipped ({})", row.reason);
  if (!row.limit) return "";
  return fmt::format("{} (<= {})", name_of(row.verdict), change(*row.limit));
}

std::string profiler_and_rate(const OverheadRow& row) {
  return row.rate_hz > 0 ? fmt::format("{} {:g} Hz", row.profiler, row.rate_hz) : row.profiler;
}

}  // namespace

std::string overhead_report(const Results& results, bool coloured) {
  if (results.overhead.empty()) return "";
  io::TextTable table({{"profiler"},
                       {"measure"},
                       {"bare", Align::kRight},
                       {"profiled", Align::kRight},
                       {"change %", Align::kRight},
                       {"95 % interval %", Align::kRight},
                       {"detectable %", Align::kRight},
                       {"rounds", Align::kRight},
                       {"verdict"}});
  std::string before;
  for (const OverheadRow& row : results.overhead) {
    const std::string who = profiler_and_rate(row);
    if (!before.empty() && who != before) table.add_rule();
    const bool shows = row.detectable && std::isfinite(*row.detectable);
    table.add_row({who == before ? "" : who,
                   row.unit == "instructions" ? row.measure + ", instructions" : row.measure,
                   amount(row, row.bare), amount(row, row.profiled), change(row.ratio),
                   interval(row.ci95), shows ? fmt::format("{:.2f}", 100 * *row.detectable) : "-",
                   std::to_string(row.per_round.size()), verdict(row)},
                  emphasis_of(row));
    before = who;
  }
  return fmt::format("overhead of {}: medians of a slice, times in ms\n\n",
                     io::terminal_safe(results.overhead.front().scenario)) +
         table.text(coloured) +
         "\ncpu: of work by iterations; lock, file, socket: length of the waits; wake_up: from a "
         "wait's release to its\nreturn; wait_cpu: CPU inside those calls. Detectable: the "
         "smallest "
         "change that shows with a power of 80 %.\n\n";
}

}  // namespace plumbline::harness
