#include "harness/runs/campaign.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "harness/runs/fitness.h"
#include "harness/scoring/gate.h"
#include "harness/scoring/scoring.h"
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

}  // namespace

std::int64_t Campaign::invalid() const {
  std::int64_t count = 0;
  for (const ScoredRun& run : runs) count += is_invalid(run) ? 1 : 0;
  return count;
}

bool is_hopeless(const Campaign& campaign, std::int64_t repeats) {
  return machine_unfit(campaign.invalid(), campaign.invalid() + repeats);
}

bool is_undecided(const Campaign& campaign, const Tolerances& tolerances) {
  std::vector<ScoredRun> valid = campaign.runs;
  std::erase_if(valid, is_invalid);
  if (valid.empty()) return true;
  const std::vector<CellRow> cells = score_cells(
      {campaign.scenario, campaign.profiler, valid, tolerances, "", campaign.confidence});
  const bool failed =
      std::ranges::any_of(cells, [](const CellRow& row) { return row.verdict == Verdict::kFail; });
  return !failed && std::ranges::any_of(cells, more_runs_could_decide);
}

Results judge_campaigns(std::vector<Campaign> campaigns, const Tolerances& tolerances,
                        Results so_far) {
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
    score_scenario({campaign.scenario, campaign.profiler, campaign.runs, tolerances, unfit,
                    campaign.confidence},
                   results);
    std::vector<OracleRow> oracle =
        oracle::score_oracle(campaign.scenario, campaign.oracle_runs, tolerances);
    std::move(oracle.begin(), oracle.end(), std::back_inserter(results.oracle));
  }
  results.summary = summarize(results, first_unfit);
  return results;
}

}  // namespace plumbline::harness
