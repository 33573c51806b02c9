#include "harness/gate/gate_check.h"

#include <fmt/format.h>

#include <functional>
#include <set>
#include <string>

#include "analysis/io/error.h"
#include "harness/results/results.h"

namespace plumbline::harness {
namespace {

using workloads::Spec;
using workloads::Step;

using TakeRow = std::function<void(const std::string& scenario, const std::string& endpoint,
                                   std::string_view what)>;
using ForEachRow = std::function<void(const TakeRow&)>;

void add_functions(const std::vector<Step>& steps, std::set<std::string_view>& functions) {
  for (const Step& step : steps) {
    if (step.span.empty()) {
      if (step.segment.function != nullptr) functions.insert(step.segment.function->name);
    }
    add_functions(step.steps, functions);
  }
}

class Check {
 public:
  Check(const Gate& gate, const std::vector<Spec>& known) : gate_(gate), known_(known) {}

  template <typename AnyRule>
  void entries(const std::vector<AnyRule>& rules, const ForEachRow& rows, bool one_judges) const {
    std::vector<bool> used(rules.size(), false);
    rows([&](const std::string& scenario, const std::string& endpoint, std::string_view what) {
      const AnyRule* best = nullptr;
      const AnyRule* twin = nullptr;
      for (std::size_t i = 0; i < rules.size(); ++i) {
        const AnyRule& rule = rules[i];
        if (rule.place.empty() || !rule.rows.matches(scenario, endpoint, what)) continue;
        used[i] = true;
        const int more = best == nullptr ? 1 : rule.rows.specificity() - best->rows.specificity();
        if (more == 0) twin = &rule;
        if (more <= 0) continue;
        best = &rule;
        twin = nullptr;
      }
      if (one_judges && twin != nullptr) refuse_twins(*best, *twin, scenario, endpoint, what);
    });
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (used[i] || rules[i].place.empty()) continue;
      throw io::InputError(
          fmt::format("{}: {}: matches no row of any scenario ({}); correct or remove the entry",
                      gate_.file, rules[i].place, rules[i].rows.text()));
    }
  }

  void each_cell(const TakeRow& take) const {
    for (const Spec& spec : known_) {
      for (const auto& endpoint : spec.endpoints) {
        for (const std::string_view category : format::kCategoryIds) {
          take(spec.name, endpoint.name, category);
        }
        take(spec.name, endpoint.name, kResidual);
      }
    }
  }

  void each_function(const TakeRow& take) const {
    for (const Spec& spec : known_) {
      for (const auto& endpoint : spec.endpoints) {
        std::set<std::string_view> functions;
        add_functions(endpoint.steps, functions);
        for (const std::string_view function : functions) take(spec.name, endpoint.name, function);
      }
    }
  }

  void each_endpoint(const TakeRow& take) const {
    for (const Spec& spec : known_) {
      for (const auto& endpoint : spec.endpoints) take(spec.name, endpoint.name, "");
    }
  }

  void each_scenario(const TakeRow& take) const {
    for (const Spec& spec : known_) take(spec.name, "", "");
  }

 private:
  // Which of the two would judge were an accident of their order.
  [[noreturn]] void refuse_twins(const Rule& one, const Rule& other, const std::string& scenario,
                                 const std::string& endpoint, std::string_view what) const {
    throw io::InputError(fmt::format(
        "{}: {} and {}: both match {}, {} {} and neither is more specific; remove one or name "
        "scenario, endpoint or category in one",
        gate_.file, one.place, other.place, scenario, endpoint, what));
  }

  const Gate& gate_;
  const std::vector<Spec>& known_;
};

// Causes of loss are the profiler's: a scenario tells nothing of them.
std::vector<LossRule> by_scenario(std::vector<LossRule> rules) {
  for (LossRule& rule : rules) rule.rows.what.clear();
  return rules;
}

}  // namespace

void check_gate(const Gate& gate, const std::vector<Spec>& known) {
  const Check check(gate, known);
  const ForEachRow cells = [&](const TakeRow& take) { check.each_cell(take); };
  const ForEachRow scenarios = [&](const TakeRow& take) { check.each_scenario(take); };
  check.entries(gate.cells, cells, true);
  check.entries(gate.zero_truth, cells, true);
  check.entries(
      gate.functions, [&](const TakeRow& take) { check.each_function(take); }, true);
  check.entries(gate.links, scenarios, true);
  check.entries(gate.conservation, scenarios, true);
  check.entries(
      gate.never, [&](const TakeRow& take) { check.each_endpoint(take); }, false);
  check.entries(by_scenario(gate.losses), scenarios, false);
}

}  // namespace plumbline::harness
