// The gate: which tolerance judges which row, what gates at all, and what must never be seen.
//
// Made from the defaults (Tolerances) alone or with a gate file laid over them (gate_file.h); asked
// by the scoring. Of the entries that match a row the most specific one judges it alone: an
// endpoint outranks a scenario, a scenario a category or function; a name outranks a pattern. Any
// entry of a file outranks the defaults.
// Thread rule: immutable once made. Failure: none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scoring/tolerances.h"

namespace re2 {
class RE2;
}

namespace plumbline::harness {

// The rows that an entry is about. An empty pattern takes all.
struct Selector {
  std::string scenario, endpoint, what;  // what: a category, a function or a cause of loss

  bool matches(std::string_view of_scenario, std::string_view of_endpoint,
               std::string_view of_what) const;
  int specificity() const;
  std::string text() const;  // `scenario "x", endpoint "GET /a"`; "all rows"
};

struct Rule {
  std::string place;  // "tolerances[2]" of the file; "" of the defaults
  Selector rows;
  bool gates = true;  // else the rows inform: they have a verdict, which decides nothing
};

struct CellRule : Rule {
  Limit limit;
};

struct FunctionRule : Rule {
  double points = 1;
};

struct LinkRule : Rule {
  double wrong_percent = 0, none_percent = 0;
  std::optional<double> invented_percent;  // none: shown only
};

struct ConservationRule : Rule {
  Limit residual;
  double other_wall_percent = 0;
};

// "This endpoint never owns that function."
struct AbsenceRule : Rule {
  std::string function;  // a regular expression (RE2), found anywhere in a name
  std::shared_ptr<const re2::RE2> expression;
  double max_share_percent = 0;  // of the endpoint's samples
  std::int64_t evidence = 100;   // samples of the function in the scenario that a pass takes
};

struct LossRule : Rule {
  std::int64_t at_most = 0;  // over all runs of a scenario
};

struct Gate {
  // Implicit: the defaults are a gate.
  Gate(const Tolerances& defaults = {});

  std::string file, comment;  // "": no file
  Tolerances tolerances;      // what no entry can change, and `vacuous_pct`
  std::vector<CellRule> cells, zero_truth;
  std::vector<FunctionRule> functions;
  std::vector<LinkRule> links;
  std::vector<ConservationRule> conservation;
  std::vector<AbsenceRule> never;
  std::vector<LossRule> losses;
};

// The entry that judges a row. There is always one: the defaults have entries for everything.
template <typename AnyRule>
const AnyRule& rule_for(const std::vector<AnyRule>& rules, std::string_view scenario,
                        std::string_view endpoint = "", std::string_view what = "") {
  const AnyRule* best = nullptr;
  const auto rank = [](const AnyRule& rule) {
    return rule.rows.specificity() + (rule.place.empty() ? 0 : 1000);
  };
  for (const AnyRule& rule : rules) {
    if (!rule.rows.matches(scenario, endpoint, what)) continue;
    if (best == nullptr || rank(rule) > rank(*best)) best = &rule;
  }
  return *best;
}

// Of a cell: by the entries for a truth of 0 where that is one of a category of its own.
const CellRule& cell_rule(const Gate& gate, std::string_view scenario, std::string_view endpoint,
                          std::string_view category, double truth_ns);

}  // namespace plumbline::harness
