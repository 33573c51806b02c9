// github-action-benchmark, tool customSmallerIsBetter: [{name, unit, value, range, extra}].
//
// The value is a distance (of the error from 0, of what was lost from nothing): less is better. The
// action puts names into Markdown tables between backticks, without escaping: backtick and bar are
// replaced here. A row without a figure is left out: the action knows no null.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/publish/gating_rows.h"
#include "harness/publish/json_text.h"

namespace plumbline::harness::publish {
namespace {

using Json = nlohmann::ordered_json;

std::string for_markdown_code(std::string text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|') {
      safe += "\u00A6";
    } else {
      safe += c == '`' ? '\'' : c;
    }
  }
  return safe;
}

// The larger half of an interval that need not lie evenly around the mean.
std::string range_of(const CellRow& row) {
  if (!std::isfinite(row.ci95_ns.lo) || !std::isfinite(row.ci95_ns.hi)) return "";
  const double half = std::max(row.ci95_ns.hi - row.error_ns, row.error_ns - row.ci95_ns.lo);
  return fmt::format("\u00B1 {:.0f}", half);
}

class Entries {
 public:
  explicit Entries(const TextSink& sink) : list_(sink, "[") {}

  template <typename Row>
  void add(const Row& row, const std::string& name, const char* unit, double value,
           const std::string& range = "") {
    if (!std::isfinite(value)) return;
    if (row.verdict == Verdict::kSkipped || row.verdict == Verdict::kNotOffered) return;
    Json entry = {
        {"name", names_.take(for_markdown_code(name))}, {"unit", unit}, {"value", std::abs(value)}};
    if (!range.empty()) entry["range"] = range;
    const GatingRow gating = gating_row(row);
    entry["extra"] = for_markdown_code(
        fmt::format("{}: {}", name_of(row.verdict), printable_text(gating.figures)));
    list_.add(entry);
  }
  void end() { list_.end("\n]\n"); }

 private:
  JsonList list_;
  UniqueNames names_;
};

}  // namespace

void write_github_benchmark(const Results& results, const TextSink& sink) {
  Entries entries(sink);
  for (const CellRow& row : results.cells) {
    entries.add(row, row_name(row.scenario, row.profiler, row.endpoint, row.category), "ns",
                row.error_ns, range_of(row));
  }
  for (const LinkRow& row : results.links) {
    const auto name = [&](const char* what) {
      return row_name(row.scenario, row.profiler, "links", what);
    };
    entries.add(row, name("wrong span"), "%", row.wrong_pct);
    entries.add(row, name("no span"), "%", row.none_pct);
  }
  for (const ConservationRow& row : results.conservation) {
    const auto name = [&](const char* what) {
      return row_name(row.scenario, row.profiler, "conservation", what);
    };
    entries.add(row, name("tiling error"), "ns", static_cast<double>(row.tiling_error_ns));
    entries.add(row, name("booked twice"), "ns", static_cast<double>(row.double_booked_ns));
    entries.add(row, name("residual"), "%", row.residual_pct);
    if (row.profiler != kLedger) entries.add(row, name("uncategorized"), "%", row.other_pct);
  }
  for (const AssertionRow& row : results.assertions) {
    entries.add(row, row_name(row.scenario, row.profiler, row.endpoint, "never " + row.pattern),
                row.kind == "losses" ? "lost" : "samples", row.found);
  }
  entries.end();
}

}  // namespace plumbline::harness::publish
