// Links and confusion are sums of time over all runs; they gate as they are, without an interval:
// their tolerances are far above what the clocks leave open.
#include <fmt/format.h>

#include "harness/scoring/scoring.h"

namespace plumbline::harness {
namespace {

Overlay overlay_of_all(const Scope& scope) {
  Overlay total;
  for (const ScoredRun& run : scope.runs) {
    if (run.overlay) total += *run.overlay;
  }
  return total;
}

double percent(std::int64_t part_ns, std::int64_t whole_ns) {
  return whole_ns > 0 ? 100 * static_cast<double>(part_ns) / static_cast<double>(whole_ns) : 0;
}

}  // namespace

LinkRow score_links(const Scope& scope) {
  LinkRow row;
  row.scenario = scope.scenario;
  row.profiler = scope.profiler;
  const LinkRule& rule = rule_for(scope.gate.links, scope.scenario);
  row.gate = {rule.place, rule.gates};
  row.wrong_tolerance_pct = rule.wrong_percent;
  row.none_tolerance_pct = rule.none_percent;
  row.invented_tolerance_pct = rule.invented_percent;
  if (!scope.runs.front().overlay) {
    row.verdict = Verdict::kNotOffered;
    row.reason = "the profiler gives no times";
    return row;
  }
  const LinkTotals links = overlay_of_all(scope).links;
  row.right_pct = percent(links.right_ns, links.total_ns());
  row.wrong_pct = percent(links.wrong_ns, links.total_ns());
  row.none_pct = percent(links.none_ns, links.total_ns());
  row.times = {links.right_ns, links.wrong_ns, links.none_ns, links.invented_ns};
  const bool invented = rule.invented_percent &&
                        percent(links.invented_ns, links.total_ns()) > *rule.invented_percent;
  if (links.total_ns() == 0) {
    row.reason = "the ledger holds no segment";
  } else if (row.wrong_pct > row.wrong_tolerance_pct || row.none_pct > row.none_tolerance_pct ||
             invented) {
    row.verdict = Verdict::kFail;
  } else {
    row.verdict = Verdict::kPass;
  }
  return row;
}

std::vector<ConfusionRow> confusion_rows(const Scope& scope) {
  std::vector<ConfusionRow> rows;
  const Overlay total = overlay_of_all(scope);
  for (std::size_t truth = 0; truth < format::kCategoryCount; ++truth) {
    for (std::size_t reported = 0; reported <= kUnreported; ++reported) {
      if (total.confusion[truth][reported] <= 0) continue;
      rows.push_back(
          {scope.scenario, scope.profiler, std::string(format::kCategoryIds[truth]),
           std::string(reported == kUnreported ? "none" : format::kCategoryIds[reported]),
           total.confusion[truth][reported]});
    }
  }
  return rows;
}

}  // namespace plumbline::harness
