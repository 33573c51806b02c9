#include "harness/publish/gating_rows.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <utility>

namespace plumbline::harness::publish {
namespace {

// A fail has its reason in its figures unless the scoring gave one.
std::string why_of(Verdict verdict, const std::string& reason, const std::string& figures) {
  if (verdict == Verdict::kPass) return "";
  return reason.empty() ? figures : reason;
}

std::string percent(double value) {
  return std::isfinite(value) ? fmt::format("{:.3f} %", value) : "-";
}

std::string at_most(double tolerance) {
  return std::isfinite(tolerance) ? fmt::format(" (<= {:g})", tolerance) : "";
}

GatingRow made(std::string name, Verdict verdict, const std::string& reason, std::string figures) {
  GatingRow row{std::move(name), verdict, why_of(verdict, reason, figures), "", true};
  row.figures = std::move(figures);
  return row;
}

// With the entry of the gate file that judged it.
GatingRow by_rule(GatingRow row, const RowGate& gate) {
  const bool figures_say_why = row.why == row.figures;
  row.gates = gate.gates;
  if (!gate.gates) row.figures += "; informs, does not gate";
  if (!gate.rule.empty()) row.figures += fmt::format("; by {}", gate.rule);
  if (figures_say_why) row.why = row.figures;
  return row;
}

std::string default_text(const std::optional<double>& default_ns) {
  return default_ns ? fmt::format(" (default {:.3f})", *default_ns / 1e6) : "";
}

}  // namespace

std::string signed_ms(double ns) {
  return std::isfinite(ns) ? fmt::format("{:+.3f}", ns / 1e6) : "-";
}

std::string interval_ms(double lo_ns, double hi_ns) {
  const std::string lo = fmt::format("{:.2f}", lo_ns / 1e6);
  const std::string hi = fmt::format("{:.2f}", hi_ns / 1e6);
  return lo == hi ? lo : lo + " .. " + hi;
}

std::string confidence_ms(const Interval& interval_ns) {
  if (!std::isfinite(interval_ns.lo) || !std::isfinite(interval_ns.hi)) return "-";
  return fmt::format("[{}, {}]", signed_ms(interval_ns.lo), signed_ms(interval_ns.hi));
}

GatingRow gating_row(const CellRow& row) {
  if (row.verdict == Verdict::kNotOffered) {
    return made(row.endpoint + ": " + row.category, row.verdict, row.reason,
                fmt::format("true {} ms, not offered, {} runs",
                            interval_ms(row.truth_lo_ns, row.truth_hi_ns), row.repeats));
  }
  return by_rule(
      made(row.endpoint + ": " + row.category, row.verdict, row.reason,
           fmt::format("true {} ms, attributed {:.2f} ms, error {} ms, 95 % interval {} ms, "
                       "tolerance +-{:.3f} ms{}, {} runs",
                       interval_ms(row.truth_lo_ns, row.truth_hi_ns), row.attributed_ns / 1e6,
                       signed_ms(row.error_ns), confidence_ms(row.ci95_ns), row.tolerance_ns / 1e6,
                       default_text(row.default_tolerance_ns), row.repeats)),
      row.gate);
}

GatingRow gating_row(const LinkRow& row) {
  std::string figures = fmt::format(
      "right {}, wrong span {}{}, no span {}{}", percent(row.right_pct), percent(row.wrong_pct),
      at_most(row.wrong_tolerance_pct), percent(row.none_pct), at_most(row.none_tolerance_pct));
  if (row.times) {
    const auto ms = [](std::int64_t ns) { return static_cast<double>(ns) / 1e6; };
    figures += fmt::format(", in ms: right {:.2f}, wrong {:.2f}, lost {:.2f}, invented {:.2f}",
                           ms(row.times->right_ns), ms(row.times->wrong_ns), ms(row.times->none_ns),
                           ms(row.times->invented_ns));
  }
  return by_rule(made("links", row.verdict, row.reason, std::move(figures)), row.gate);
}

GatingRow gating_row(const FunctionRow& row) {
  return by_rule(made(row.endpoint + ": function " + row.function, row.verdict, row.reason,
                      fmt::format("true {:.2f} %, attributed {:.2f} %, {:.0f} samples",
                                  100 * row.truth_share, 100 * row.attributed_share, row.samples)),
                 row.gate);
}

GatingRow gating_row(const AssertionRow& row) {
  if (row.kind == "losses") {
    return by_rule(made("losses of " + row.pattern, row.verdict, row.reason,
                        fmt::format("{:.0f} lost (<= {:.0f}) in {:.0f} runs", row.found, row.limit,
                                    row.evidence)),
                   row.gate);
  }
  return by_rule(
      made(fmt::format("{}: never {}", row.endpoint, row.pattern), row.verdict, row.reason,
           fmt::format("{:.0f} samples, {} % of the endpoint's (<= {:g}), {:.0f} in the scenario",
                       row.found, row.found_pct ? fmt::format("{:.3f}", *row.found_pct) : "-",
                       row.limit, row.evidence)),
      row.gate);
}

GatingRow gating_row(const ConservationRow& row) {
  const std::string booking = fmt::format("tiling error {} ns (0), booked twice {} ns (0)",
                                          row.tiling_error_ns, row.double_booked_ns);
  if (row.profiler == kLedger) {
    return made("conservation", row.verdict, row.reason,
                fmt::format("{}, closure {}", booking, percent(row.residual_pct)));
  }
  return by_rule(made("conservation", row.verdict, row.reason,
                      fmt::format("{}, residual {}{}, uncategorized {}{}", booking,
                                  percent(row.residual_pct), at_most(row.residual_tolerance_pct),
                                  percent(row.other_pct), at_most(row.other_tolerance_pct))),
                 row.gate);
}

GatingRow gating_row(const OracleRow& row) {
  return made("oracle: " + row.category, row.verdict, row.reason,
              fmt::format("ledger {} ms, kernel {} ms, error {} ms, tolerance +-{:.3f} ms, "
                          "{:.2f} % of {} segments agree, {} of {} blocks misplaced",
                          interval_ms(row.ledger_lo_ns, row.ledger_hi_ns),
                          interval_ms(row.kernel_lo_ns, row.kernel_hi_ns), signed_ms(row.error_ns),
                          row.tolerance_ns / 1e6, row.inside_pct, row.segments,
                          row.misplaced_blocks, row.blocks));
}

GatingRow gating_row(const OverheadRow& row) {
  const auto change = [](double ratio) {
    return std::isfinite(ratio) ? fmt::format("{:+.3f} %", 100 * (ratio - 1)) : "-";
  };
  return made(fmt::format("overhead at {:g} Hz: {}", row.rate_hz, row.measure), row.verdict,
              row.reason,
              fmt::format("{}, 95 % interval [{}, {}], limit {}, {} rounds", change(row.ratio),
                          change(row.ci95.lo), change(row.ci95.hi),
                          row.limit ? change(*row.limit) : "none", row.per_round.size()));
}

std::vector<Section> sections_of(const Results& results) {
  std::vector<Section> sections;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> known;
  const auto section = [&](std::string_view scenario, std::string_view profiler) -> Section& {
    const auto [entry, fresh] = known.try_emplace({scenario, profiler}, sections.size());
    if (fresh) {
      sections.emplace_back();
      sections.back().scenario = scenario;
      sections.back().profiler = profiler;
    }
    return sections[entry->second];
  };
  for (const CellRow& row : results.cells)
    section(row.scenario, row.profiler).cells.push_back(&row);
  for (const LinkRow& row : results.links)
    section(row.scenario, row.profiler).links.push_back(&row);
  for (const ConservationRow& row : results.conservation) {
    section(row.scenario, row.profiler).conservation.push_back(&row);
  }
  for (const AssertionRow& row : results.assertions) {
    section(row.scenario, row.profiler).assertions.push_back(&row);
  }
  for (const OracleRow& row : results.oracle) section(row.scenario, kLedger).oracle.push_back(&row);
  for (const OverheadRow& row : results.overhead) {
    if (row.limit) section(row.scenario, row.profiler).overhead.push_back(&row);
  }
  for (const FunctionRow& row : results.functions) {
    const auto found = known.find({row.scenario, row.profiler});
    if (found != known.end()) sections[found->second].functions.push_back(&row);
  }
  for (const RunRow& run : results.runs) {
    const auto found = known.find({run.scenario, run.profiler});
    if (found != known.end()) sections[found->second].runs.push_back(&run);
  }
  return sections;
}

}  // namespace plumbline::harness::publish
