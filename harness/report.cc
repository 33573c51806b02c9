// One section for each scenario and profiler: cells, functions, then a line each for links,
// conservation, losses and machine, then the reasons of every verdict that is not a pass.
#include "harness/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/overhead/overhead_report.h"
#include "harness/report_overlap.h"
#include "harness/report_standings.h"
#include "harness/scoring/gate.h"
#include "profiler/format/category.h"

namespace plumbline::harness {
namespace {

using io::Align;
using io::Emphasis;

struct Section {
  std::string scenario, profiler;

  template <typename Row>
  bool holds(const Row& row) const {
    return row.scenario == scenario && row.profiler == profiler;
  }
};

Emphasis emphasis_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return Emphasis::kGood;
    case Verdict::kFail:
      return Emphasis::kBad;
    case Verdict::kInconclusive:
      return Emphasis::kBold;
    case Verdict::kVacuous:
    case Verdict::kNotOffered:
    case Verdict::kSkipped:
      break;
  }
  return Emphasis::kFaint;
}

std::string ms(double ns) { return fmt::format("{:.2f}", ns / 1e6); }

std::string category_name(std::string_view id) {
  const auto found = std::find(format::kCategoryIds.begin(), format::kCategoryIds.end(), id);
  if (found == format::kCategoryIds.end()) return "(" + std::string(id) + ")";
  return std::string(
      format::kCategoryNames[static_cast<std::size_t>(found - format::kCategoryIds.begin())]);
}

std::string interval_ms(double lo_ns, double hi_ns) {
  if (ms(lo_ns) == ms(hi_ns)) return ms(lo_ns);
  return fmt::format("{} .. {}", ms(lo_ns), ms(hi_ns));
}

std::string interval_text(const Interval& interval_ns) {
  if (!std::isfinite(interval_ns.lo) || !std::isfinite(interval_ns.hi)) return "-";
  return fmt::format("[{:+.2f}, {:+.2f}]", interval_ns.lo / 1e6, interval_ns.hi / 1e6);
}

// What broke stands beside the verdict; why nothing could be judged stands elsewhere, once.
template <typename Row>
std::string verdict_text(const Row& row) {
  const bool why = row.verdict == Verdict::kFail && !row.reason.empty();
  return why ? fmt::format("{} ({})", name_of(row.verdict), row.reason)
             : std::string(name_of(row.verdict));
}

std::string percent_text(const std::optional<double>& percent) {
  return percent ? fmt::format("{:+.2f}", *percent) : "-";
}

// Nobody widens a margin in silence.
std::string wider_mark(const CellRow& row) {
  return row.default_tolerance_ns && row.tolerance_ns > *row.default_tolerance_ns ? " WIDER" : "";
}

std::string cells_text(const Results& results, const Section& section, bool coloured) {
  io::TextTable table({{"endpoint"},
                       {"category"},
                       {"true ms", Align::kRight},
                       {"attributed ms", Align::kRight},
                       {"error ms", Align::kRight},
                       {"95 % interval ms", Align::kRight},
                       {"error %", Align::kRight},
                       {"tolerance ms", Align::kRight},
                       {"verdict"}});
  std::string endpoint;
  bool any = false;
  for (const CellRow& row : results.cells) {
    if (!section.holds(row) || row.verdict == Verdict::kNotOffered) continue;
    any = true;
    if (!endpoint.empty() && endpoint != row.endpoint) table.add_rule();
    table.add_row({endpoint == row.endpoint ? "" : row.endpoint, category_name(row.category),
                   interval_ms(row.truth_lo_ns, row.truth_hi_ns), ms(row.attributed_ns),
                   fmt::format("{:+.2f}", row.error_ns / 1e6), interval_text(row.ci95_ns),
                   percent_text(row.error_pct), "+-" + ms(row.tolerance_ns) + wider_mark(row),
                   std::string(name_of(row.verdict)) + (row.gate.gates ? "" : " (informs)")},
                  emphasis_of(row.verdict));
    endpoint = row.endpoint;
  }
  return any ? table.text(coloured) : "";
}

std::string functions_text(const Results& results, const Section& section, bool coloured) {
  io::TextTable table({{"endpoint"},
                       {"function"},
                       {"true %", Align::kRight},
                       {"attributed %", Align::kRight},
                       {"sampling limit %", Align::kRight},
                       {"samples", Align::kRight},
                       {"note"}});
  bool any = false;
  for (const FunctionRow& row : results.functions) {
    if (!section.holds(row) || row.verdict == Verdict::kNotOffered) continue;
    any = true;
    table.add_row(
        {row.endpoint, row.function, fmt::format("{:.2f}", 100 * row.truth_share),
         fmt::format("{:.2f}", 100 * row.attributed_share),
         std::isfinite(row.sampling_limit) ? fmt::format("+-{:.2f}", 100 * row.sampling_limit)
                                           : "-",
         fmt::format("{:.0f}", row.samples), row.gate.gates ? verdict_text(row) : row.reason});
  }
  return any ? "\nCPU shares by function (of the endpoint's CPU; they inform unless the gate says "
               "else)\n" +
                   table.text(coloured)
             : "";
}

std::string conservation_text(const ConservationRow& row) {
  const std::string booking = fmt::format("tiling error {} ns, booked twice {} ns",
                                          row.tiling_error_ns, row.double_booked_ns);
  if (row.profiler == kLedger) {
    return fmt::format("conservation of the ledger: {}, closure {:.2f} %: {}\n", booking,
                       row.residual_pct, verdict_text(row));
  }
  return fmt::format(
      "conservation: {}, residual {:.3f} % (<= {:.3f}), uncategorized {:.2f} % (<= {:g}): {}\n",
      booking, row.residual_pct, row.residual_tolerance_pct, row.other_pct, row.other_tolerance_pct,
      verdict_text(row));
}

std::string oracle_text(const Results& results, const std::string& scenario, bool coloured) {
  io::TextTable table({{"category"},
                       {"ledger ms", Align::kRight},
                       {"kernel ms", Align::kRight},
                       {"error ms", Align::kRight},
                       {"tolerance ms", Align::kRight},
                       {"segments", Align::kRight},
                       {"agree %", Align::kRight},
                       {"blocks", Align::kRight},
                       {"misplaced", Align::kRight},
                       {"verdict"}});
  bool any = false;
  for (const OracleRow& row : results.oracle) {
    if (row.scenario != scenario) continue;
    any = true;
    table.add_row({category_name(row.category), interval_ms(row.ledger_lo_ns, row.ledger_hi_ns),
                   interval_ms(row.kernel_lo_ns, row.kernel_hi_ns),
                   fmt::format("{:+.3f}", row.error_ns / 1e6), "+-" + ms(row.tolerance_ns),
                   std::to_string(row.segments), fmt::format("{:.2f}", row.inside_pct),
                   std::to_string(row.blocks), std::to_string(row.misplaced_blocks),
                   row.reason.empty() ? std::string(name_of(row.verdict))
                                      : fmt::format("{} ({})", name_of(row.verdict), row.reason)},
                  emphasis_of(row.verdict));
  }
  return any ? "\nThe ledger against the kernel's own record (without a profiler)\n" +
                   table.text(coloured) + "\n"
             : "";
}

std::string losses_text(const Results& results, const Section& section) {
  std::map<std::string, std::int64_t> losses;
  for (const RunRow& run : results.runs) {
    if (!section.holds(run)) continue;
    for (const auto& [cause, count] : run.losses) losses[cause] += count;
  }
  std::string text;
  for (const auto& [cause, count] : losses) {
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", cause, count);
  }
  return fmt::format("losses by cause: {}\n", text.empty() ? "none" : io::terminal_safe(text));
}

std::string machine_text(const Results& results, const Section& section) {
  std::array<std::int64_t, 3> counts{};
  std::string reasons;
  for (const RunRow& run : results.runs) {
    if (!section.holds(run)) continue;
    ++counts[static_cast<std::size_t>(run.machine)];
    if (run.reasons.empty()) continue;
    reasons += fmt::format("  repeat {} {}: {}\n", run.repeat, name_of(run.machine),
                           fmt::join(run.reasons, "; "));
  }
  return fmt::format("machine: {} runs ok, {} degraded, {} invalid\n{}", counts[0], counts[1],
                     counts[2], reasons);
}

// Reasons that many cells share stand once.
std::string notes_text(const Results& results, const Section& section) {
  constexpr std::size_t kCellsNamed = 3;
  std::vector<std::pair<std::string, std::vector<std::string>>> notes;  // in the order of the rows
  for (const CellRow& row : results.cells) {
    const bool told = row.reason.empty() || row.verdict == Verdict::kNotOffered;
    if (!section.holds(row) || told) continue;
    const std::string note = fmt::format("{}: {}", name_of(row.verdict), row.reason);
    auto known = std::find_if(notes.begin(), notes.end(),
                              [&](const auto& entry) { return entry.first == note; });
    if (known == notes.end()) known = notes.insert(notes.end(), {note, {}});
    known->second.push_back(row.endpoint + ", " + category_name(row.category));
  }
  std::string text;
  for (const auto& [note, cells] : notes) {
    const std::string where = cells.size() > kCellsNamed
                                  ? fmt::format("{} cells", cells.size())
                                  : fmt::format("{}", fmt::join(cells, "; "));
    text += fmt::format("  {}: {}\n", io::terminal_safe(where), io::terminal_safe(note));
  }
  return text.empty() ? "" : "neither pass nor fail:\n" + text;
}

std::string not_offered_text(const Results& results, const std::string& profiler) {
  for (const ProfilerRow& row : results.profilers) {
    if (row.profiler != profiler || row.not_offered.empty()) continue;
    return fmt::format("not offered: {}\n",
                       io::terminal_safe(fmt::format("{}", fmt::join(row.not_offered, ", "))));
  }
  return "";
}

std::string section_text(const Results& results, const Section& section, bool coloured) {
  const auto runs = std::count_if(results.runs.begin(), results.runs.end(),
                                  [&](const RunRow& row) { return section.holds(row); });
  std::string text =
      fmt::format("{} under {}: {} runs; totals are means per run\n\n",
                  io::terminal_safe(section.scenario), io::terminal_safe(section.profiler), runs);
  text +=
      cells_text(results, section, coloured) + functions_text(results, section, coloured) + "\n";
  for (const LinkRow& row : results.links) {
    if (section.holds(row) && row.verdict != Verdict::kNotOffered) text += links_text(row);
  }
  for (const ConservationRow& row : results.conservation) {
    if (row.scenario != section.scenario || row.verdict == Verdict::kNotOffered) continue;
    if (row.profiler == section.profiler || row.profiler == kLedger) text += conservation_text(row);
  }
  text += not_offered_text(results, section.profiler);
  text += losses_text(results, section) + machine_text(results, section);
  return text + notes_text(results, section) +
         confusion_text(results, section.scenario, section.profiler, coloured) +
         assertions_text(results, section.scenario, section.profiler, coloured) +
         oracle_text(results, section.scenario, coloured) + "\n";
}

std::vector<Section> sections_of(const Results& results) {
  std::vector<Section> sections;
  for (const CellRow& row : results.cells) {
    const auto known = [&](const Section& section) { return section.holds(row); };
    if (std::none_of(sections.begin(), sections.end(), known)) {
      sections.push_back({row.scenario, row.profiler});
    }
  }
  return sections;
}

// "2 ok", or why the runs of a point are not.
std::string machine_at(const Results& results, const std::string& scenario) {
  std::map<MachineVerdict, int> states;
  std::string reason;
  for (const RunRow& run : results.runs) {
    if (run.scenario != scenario) continue;
    ++states[run.machine];
    if (!run.reasons.empty()) reason = ": " + run.reasons.front();
  }
  std::string text;
  for (const auto& [state, count] : states) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name_of(state));
  }
  return text + reason;
}

std::string sweep_text(const Results& results, const SweepRow& sweep, bool coloured) {
  io::TextTable table({{sweep.parameter, Align::kRight},
                       {"error %", Align::kRight},
                       {"95 % interval %", Align::kRight},
                       {"machine"}});
  for (const SweepPointRow& point : sweep.points) {
    const bool bounded =
        point.ci95 && std::isfinite(point.ci95->lo) && std::isfinite(point.ci95->hi);
    const bool broken = sweep.breaking_point == point.value;
    table.add_row(
        {fmt::format("{:g}{}", point.value, broken ? " *" : ""), percent_text(point.error_pct),
         bounded ? fmt::format("[{:+.2f}, {:+.2f}]", point.ci95->lo, point.ci95->hi) : "-",
         machine_at(results, fmt::format("{}@{:g}", sweep.scenario, point.value))},
        broken ? Emphasis::kBad : Emphasis::kNone);
  }
  const std::string end =
      sweep.breaking_point
          ? fmt::format("* breaks: the error exceeds its tolerance from {:g} on\n\n",
                        *sweep.breaking_point)
          : "no value at which the error surely exceeds its tolerance\n\n";
  return fmt::format("sweep {} under {}\n\n", io::terminal_safe(sweep.scenario),
                     io::terminal_safe(sweep.profiler)) +
         table.text(coloured) + end;
}

std::string gate_text(const GateUse& gate) {
  std::string text = fmt::format("gate: {}\n", io::terminal_safe(gate.file));
  for (const GateUse::Entry& entry : gate.entries) {
    text += fmt::format("  {} ({}): {} rows{}\n", io::terminal_safe(entry.rule),
                        io::terminal_safe(entry.about), entry.rows,
                        entry.rows == 0 ? ", none of this run" : "");
  }
  for (const std::string& line : gate.wider) {
    text += fmt::format("  WIDER than the default: {}\n", io::terminal_safe(line));
  }
  return text + "\n";
}

}  // namespace

std::string report_of(const Results& results, bool coloured) {
  std::string text;
  for (const Section& section : sections_of(results)) {
    text += section_text(results, section, coloured);
  }
  for (const SweepRow& sweep : results.sweeps) {
    text += sweep_text(results, sweep, coloured);
  }
  text += standings_text(results, coloured) + overhead_report(results, coloured);
  if (results.gate) text += gate_text(*results.gate);
  return text;
}

std::string answer_of(const Results& results, bool coloured) {
  const Summary& summary = results.summary;
  const std::string_view colour = summary.exit_code == kExitOk ? "\x1b[32m" : "\x1b[31m";
  return fmt::format(
      "{}{}{}: {} pass, {} fail, {} inconclusive, {} vacuous, {} skipped, {} invalid runs: {}\n",
      coloured ? colour : "", headline(summary.exit_code), coloured ? "\x1b[0m" : "", summary.pass,
      summary.fail, summary.inconclusive, summary.vacuous, summary.skipped, summary.invalid_runs,
      io::terminal_safe(summary.reason));
}

std::string summary_of(const Results& results, const std::filesystem::path& directory,
                       const std::vector<std::string>& figures, bool coloured) {
  std::string text = answer_of(results, coloured);
  text += fmt::format("results: {}\n", io::terminal_safe((directory / "results.json").string()));
  for (const std::string& figure : figures) {
    text += fmt::format("figure:  {}\n", io::terminal_safe(figure));
  }
  return text;
}

}  // namespace plumbline::harness
