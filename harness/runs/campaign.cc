#include "harness/runs/campaign.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "harness/gate/gate_use.h"
#include "harness/runs/fitness.h"
#include "harness/scoring/gate.h"
#include "harness/scoring/scoring.h"
#include "harness/scoring/standing.h"
#include "harness/truth/machine.h"

namespace plumbline::harness {
namespace {

bool is_invalid(const ScoredRun& run) { return run.row.machine == MachineVerdict::kInvalid; }

void add_runs(const Campaign& campaign, Fitness& fitness) {
  for (const ScoredRun& run : campaign.runs) fitness.add(run.row);
}

std::string unfit_of(const Campaign& campaign) {
  Fitness fitness;
  add_runs(campaign, fitness);
  return fitness.unfit();
}

std::string unfit_of(const std::vector<Campaign>& campaigns) {
  Fitness fitness;
  for (const Campaign& campaign : campaigns) add_runs(campaign, fitness);
  return fitness.unfit();
}

// Several profilers had runs of a scenario, each with ledgers of its own: one row tells of them
// all.
void join_ledger_rows(std::vector<ConservationRow>& rows) {
  std::map<std::string, std::vector<ConservationRow>> ledgers;
  for (const ConservationRow& row : rows) {
    if (row.profiler == kLedger) ledgers[row.scenario].push_back(row);
  }
  std::erase_if(rows, [&](const ConservationRow& row) {
    return row.profiler == kLedger && ledgers[row.scenario].size() > 1;
  });
  for (const auto& [scenario, parts] : ledgers) {
    if (parts.size() < 2) continue;
    // The row of the worst, as fail stands before inconclusive and both before pass.
    const auto rank = [](const ConservationRow& row) {
      return row.verdict == Verdict::kFail ? 0 : row.verdict == Verdict::kPass ? 2 : 1;
    };
    ConservationRow& joined = rows.emplace_back(*std::ranges::min_element(parts, {}, rank));
    joined.tiling_error_ns = joined.double_booked_ns = 0;
    joined.residual_pct = 0;
    for (const ConservationRow& part : parts) {
      joined.tiling_error_ns += part.tiling_error_ns;
      joined.double_booked_ns += part.double_booked_ns;
      joined.residual_pct += part.residual_pct / static_cast<double>(parts.size());
    }
  }
}

}  // namespace

std::int64_t Campaign::invalid() const {
  std::int64_t count = 0;
  for (const ScoredRun& run : runs) count += is_invalid(run) ? 1 : 0;
  return count;
}

bool is_hopeless(const Campaign& campaign, std::int64_t repeats) {
  return machine_unfit(campaign.invalid(), campaign.invalid() + repeats);
}

bool is_undecided(const Campaign& campaign, const Gate& gate) {
  std::vector<ScoredRun> valid = campaign.runs;
  std::erase_if(valid, is_invalid);
  if (valid.empty()) return true;
  const std::vector<CellRow> cells =
      score_cells({campaign.scenario, campaign.profiler, valid, gate, "", campaign.confidence});
  const bool failed = std::ranges::any_of(
      cells, [](const CellRow& row) { return row.gate.gates && row.verdict == Verdict::kFail; });
  return !failed && std::ranges::any_of(cells, [](const CellRow& row) {
    return row.gate.gates && more_runs_could_decide(row);
  });
}

Results judge_campaigns(std::vector<Campaign> campaigns, const Gate& gate, Results so_far) {
  Results results = std::move(so_far);
  const std::string unfit_everywhere = unfit_of(campaigns);
  std::string first_unfit = unfit_everywhere;
  // Of a shard's campaigns together nothing is said here: that is for all shards, when merged.
  const bool by_itself = unfit_everywhere.empty() || results.provenance.shard.has_value();
  for (Campaign& campaign : campaigns) {
    for (const ScoredRun& run : campaign.runs) results.runs.push_back(run.row);
    const std::string unfit = by_itself ? unfit_of(campaign) : unfit_everywhere;
    if (first_unfit.empty()) first_unfit = unfit;
    if (unfit.empty()) std::erase_if(campaign.runs, is_invalid);
    const Scope scope{campaign.scenario,  campaign.profiler, campaign.runs, gate, unfit,
                      campaign.confidence};
    score_scenario(scope, results);
    results.standings.push_back(score_standing(scope));
    std::vector<OracleRow> oracle =
        oracle::score_oracle(campaign.scenario, campaign.oracle_runs, gate.tolerances);
    std::move(oracle.begin(), oracle.end(), std::back_inserter(results.oracle));
  }
  join_ledger_rows(results.conservation);
  results.gate = gate_use(gate, results);
  results.summary = summarize(results, first_unfit);
  return results;
}

}  // namespace plumbline::harness
