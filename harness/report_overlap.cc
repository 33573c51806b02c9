#include "harness/report_overlap.h"

#include <fmt/format.h>

#include <vector>

#include "analysis/io/text_table.h"
#include "harness/results/confusion_table.h"

namespace plumbline::harness {
namespace {

using io::Align;
using io::Emphasis;

std::string overlap_ms(double ns) { return fmt::format("{:.2f}", ns / 1e6); }

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "-";
}

std::string verdict_of(Verdict verdict, const std::string& reason) {
  return reason.empty() ? std::string(name_of(verdict))
                        : fmt::format("{} ({})", name_of(verdict), reason);
}

std::string informs(const RowGate& gate) { return gate.gates ? "" : ", does not gate"; }

}  // namespace

std::string links_text(const LinkRow& row) {
  std::string text = fmt::format(
      "links: right {:.2f} %, wrong span {:.3f} % (<= {:g}), no span {:.3f} % (<= {:g}): {}{}\n",
      row.right_pct, row.wrong_pct, row.wrong_tolerance_pct, row.none_pct, row.none_tolerance_pct,
      verdict_of(row.verdict, row.verdict == Verdict::kFail ? row.reason : ""), informs(row.gate));
  if (!row.times) return text;
  const auto of = [](std::int64_t ns) { return overlap_ms(static_cast<double>(ns)); };
  return text +
         fmt::format(
             "  in overlap_ms over all runs: right {}, wrong {}, lost {}, invented {} (given to a "
             "span where none was open{})\n",
             of(row.times->right_ns), of(row.times->wrong_ns), of(row.times->none_ns),
             of(row.times->invented_ns),
             row.invented_tolerance_pct ? fmt::format("; <= {:g} %", *row.invented_tolerance_pct)
                                        : "");
}

std::string confusion_text(const Results& results, const std::string& scenario,
                           const std::string& profiler, bool coloured) {
  const ConfusionTable confusion = confusion_table(results, scenario, profiler);
  if (confusion.truth.empty()) return "";
  std::vector<io::Column> columns{{"true"}};
  for (const std::string& name : confusion.reported) columns.push_back({name, Align::kRight});
  columns.push_back({"recall %", Align::kRight});
  columns.push_back({"precision %", Align::kRight});
  io::TextTable table(columns);
  for (std::size_t row = 0; row < confusion.truth.size(); ++row) {
    std::vector<std::string> fields{confusion.truth[row]};
    for (const double ns : confusion.ns[row]) fields.push_back(ns > 0 ? overlap_ms(ns) : "");
    fields.push_back(percent(confusion.recall_pct(confusion.truth[row])));
    fields.push_back(percent(confusion.precision_pct(confusion.truth[row])));
    table.add_row(fields);
  }
  return "\nTrue by reported category, by overlap in time (overlap_ms in injected segments, all "
         "runs; "
         "none: "
         "reported as nothing)\n" +
         table.text(coloured) + "\n";
}

std::string assertions_text(const Results& results, const std::string& scenario,
                            const std::string& profiler, bool coloured) {
  io::TextTable table({{"rule"},
                       {"never"},
                       {"found", Align::kRight},
                       {"limit", Align::kRight},
                       {"evidence", Align::kRight},
                       {"verdict"}});
  bool any = false;
  for (const AssertionRow& row : results.assertions) {
    if (row.scenario != scenario || row.profiler != profiler) continue;
    any = true;
    const bool absence = row.kind == "absence";
    const std::string what = absence ? fmt::format("{} owns /{}/", row.endpoint, row.pattern)
                                     : fmt::format("losses of {}", row.pattern);
    table.add_row({row.gate.rule, what,
                   absence ? fmt::format("{:.0f} samples, {} %", row.found, percent(row.found_pct))
                           : fmt::format("{:.0f}", row.found),
                   fmt::format("{:g}{}", row.limit, absence ? " %" : ""),
                   fmt::format("{:.0f}{}", row.evidence, absence ? " samples" : " runs"),
                   verdict_of(row.verdict, row.reason) + informs(row.gate)},
                  row.verdict == Verdict::kPass ? Emphasis::kGood : Emphasis::kBad);
  }
  return any ? "\nWhat the gate file says must not be\n" + table.text(coloured) + "\n" : "";
}

}  // namespace plumbline::harness
