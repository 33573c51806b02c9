#include "harness/gate/gate_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace plumbline::harness {
namespace {

// Where one entry is wider, or takes the say from rows that have it by default.
struct Widening {
  std::int64_t rows = 0, silent = 0;
  std::string example, silent_example;
};

class Account {
 public:
  explicit Account(const Results& results) {
    for (const CellRow& row : results.cells) {
      const std::string name = row.scenario + ", " + row.endpoint + ", " + row.category;
      std::string widened;
      if (row.default_tolerance_ns && row.tolerance_ns > *row.default_tolerance_ns) {
        widened = fmt::format("+-{:.3f} ms, default {:.3f}", row.tolerance_ns / 1e6,
                              *row.default_tolerance_ns / 1e6);
      }
      add(row.gate, name, widened, true);
    }
    for (const FunctionRow& row : results.functions) add(row.gate, row.function, "", false);
    for (const AssertionRow& row : results.assertions) add(row.gate, row.pattern, "", true);
    const Gate standard;
    for (const LinkRow& row : results.links) add_link(standard.links.front(), row);
    for (const ConservationRow& row : results.conservation) {
      if (row.profiler != kLedger) add_conservation(standard, row);
    }
  }

  std::int64_t rows_of(const std::string& rule) const {
    const auto found = rows_.find(rule);
    return found == rows_.end() ? 0 : found->second;
  }
  const std::map<std::string, Widening>& widenings() const { return widenings_; }

 private:
  void add(const RowGate& gate, const std::string& name, const std::string& widened,
           bool gates_by_default) {
    if (gate.rule.empty()) return;
    ++rows_[gate.rule];
    if (!widened.empty()) {
      Widening& widening = widenings_[gate.rule];
      if (++widening.rows == 1) widening.example = name + ": " + widened;
    }
    if (gates_by_default && !gate.gates) {
      Widening& widening = widenings_[gate.rule];
      if (++widening.silent == 1) widening.silent_example = name;
    }
  }

  void add_link(const LinkRule& standard, const LinkRow& row) {
    std::string widened;
    if (row.wrong_tolerance_pct > standard.wrong_percent) {
      widened = fmt::format("wrong span <= {:g} %, default {:g}", row.wrong_tolerance_pct,
                            standard.wrong_percent);
    }
    if (row.none_tolerance_pct > standard.none_percent) {
      widened += fmt::format("{}no span <= {:g} %, default {:g}", widened.empty() ? "" : ", ",
                             row.none_tolerance_pct, standard.none_percent);
    }
    add(row.gate, row.scenario + ", links", widened, true);
  }

  void add_conservation(const Gate& standard, const ConservationRow& row) {
    const ConservationRule& by_default = standard.conservation.front();
    std::string widened;
    if (row.other_tolerance_pct > by_default.other_wall_percent) {
      widened = fmt::format("uncategorized <= {:g} %, default {:g}", row.other_tolerance_pct,
                            by_default.other_wall_percent);
    }
    if (row.default_residual_tolerance_pct &&
        row.residual_tolerance_pct > *row.default_residual_tolerance_pct) {
      widened += fmt::format("{}residual <= {:.3f} %, default {:.3f}", widened.empty() ? "" : ", ",
                             row.residual_tolerance_pct, *row.default_residual_tolerance_pct);
    }
    add(row.gate, row.scenario + ", conservation", widened, true);
  }

  std::map<std::string, std::int64_t> rows_;
  std::map<std::string, Widening> widenings_;
};

template <typename AnyRule>
void add_entries(const std::vector<AnyRule>& rules, const Account& account, GateUse& use) {
  for (const AnyRule& rule : rules) {
    if (rule.place.empty()) continue;
    use.entries.push_back({rule.place, rule.rows.text(), account.rows_of(rule.place)});
    const auto found = account.widenings().find(rule.place);
    if (found == account.widenings().end()) continue;
    const Widening& widening = found->second;
    if (widening.rows > 0) {
      use.wider.push_back(fmt::format("{}: the tolerance of {} rows, such as {}", rule.place,
                                      widening.rows, widening.example));
    }
    if (widening.silent > 0) {
      use.wider.push_back(fmt::format("{}: {} rows do not gate, such as {}", rule.place,
                                      widening.silent, widening.silent_example));
    }
  }
}

}  // namespace

std::optional<GateUse> gate_use(const Gate& gate, const Results& results) {
  if (gate.file.empty()) return std::nullopt;
  GateUse use{gate.file, gate.comment, {}, {}};
  const Account account(results);
  const double vacuous_pct = Tolerances{}.vacuous_pct;
  if (gate.tolerances.vacuous_pct > vacuous_pct) {
    use.wider.push_back(
        fmt::format("vacuous_percent: tolerances of up to {:g} % of the truth prove something, "
                    "default {:g}",
                    gate.tolerances.vacuous_pct, vacuous_pct));
  }
  add_entries(gate.cells, account, use);
  add_entries(gate.zero_truth, account, use);
  add_entries(gate.functions, account, use);
  add_entries(gate.links, account, use);
  add_entries(gate.conservation, account, use);
  add_entries(gate.never, account, use);
  add_entries(gate.losses, account, use);
  return use;
}

}  // namespace plumbline::harness
