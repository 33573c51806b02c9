#include "harness/gate/gate_rules.h"

#include <fmt/format.h>

#include "harness/gate/name_pattern.h"
#include "harness/results/results.h"

namespace plumbline::harness {
namespace {

bool fits(const std::string& pattern, std::string_view name) {
  return pattern.empty() || matches_pattern(pattern, name);
}

int weight(const std::string& pattern) {
  if (pattern.empty()) return 0;
  return is_pattern(pattern) ? 1 : 2;
}

CellRule default_cell(std::string_view category, const Limit& limit) {
  CellRule rule;
  rule.rows.what = category;
  rule.limit = limit;
  return rule;
}

}  // namespace

bool Selector::matches(std::string_view of_scenario, std::string_view of_endpoint,
                       std::string_view of_what) const {
  return fits(scenario, of_scenario) && fits(endpoint, of_endpoint) && fits(what, of_what);
}

int Selector::specificity() const {
  return 9 * weight(endpoint) + 3 * weight(scenario) + weight(what);
}

std::string Selector::text() const {
  std::string text;
  const auto add = [&](const char* name, const std::string& pattern) {
    if (!pattern.empty()) {
      text += fmt::format("{}{} \"{}\"", text.empty() ? "" : ", ", name, pattern);
    }
  };
  add("scenario", scenario);
  add("endpoint", endpoint);
  add("of", what);
  return text.empty() ? "all rows" : text;
}

Gate::Gate(const Tolerances& defaults) : tolerances(defaults) {
  for (std::size_t i = 0; i < format::kCategoryCount; ++i) {
    const auto category = static_cast<format::Category>(i);
    cells.push_back(
        default_cell(format::kCategoryIds[i], category_limit(defaults, category, false)));
  }
  cells.push_back(default_cell(kResidual, residual_limit(defaults)));
  zero_truth.push_back(default_cell("", category_limit(defaults, format::Category::kCpu, true)));
  FunctionRule function;
  function.points = defaults.function_share_points;
  function.gates = false;
  functions.push_back(function);
  LinkRule link;
  link.wrong_percent = defaults.wrong_span_pct;
  link.none_percent = defaults.no_span_pct;
  links.push_back(link);
  ConservationRule balance;
  balance.residual = residual_limit(defaults);
  balance.other_wall_percent = defaults.other_wall_pct;
  conservation.push_back(balance);
}

const CellRule& cell_rule(const Gate& gate, std::string_view scenario, std::string_view endpoint,
                          std::string_view category, double truth_ns) {
  const bool own_limit = category == kResidual || category == "other";
  const bool zero = truth_ns <= 0 && !own_limit;
  return rule_for(zero ? gate.zero_truth : gate.cells, scenario, endpoint, category);
}

}  // namespace plumbline::harness
