#include "harness/selftest/mutation_check.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "harness/runs/campaign.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

Campaign score_runs(const std::vector<UnscoredRun>& runs, const Mutation* mutation) {
  Campaign campaign{runs.front().row.scenario, runs.front().row.profiler, {}};
  for (const UnscoredRun& run : runs) {
    Profile profile = mutation != nullptr ? mutated(run.profile, *mutation) : run.profile;
    campaign.runs.push_back(score_run(run.row, run.ledger, std::move(profile), run.steal_pct));
  }
  return campaign;
}

Results judge(Campaign campaign) {
  return judge_campaigns({std::move(campaign)}, Tolerances{}, Results{});
}

// Mean wall of a request of the endpoint whose requests are the longest.
double long_request_ns(const Campaign& campaign) {
  double longest_ns = 0;
  for (const ScoredRun& run : campaign.runs) {
    for (const EndpointTruth& endpoint : run.truth.endpoints) {
      if (endpoint.requests == 0) continue;
      longest_ns = std::max(longest_ns, static_cast<double>(endpoint.wall_ns) /
                                            static_cast<double>(endpoint.requests));
    }
  }
  return longest_ns;
}

// What of `names` is not in `others`.
std::vector<std::string> without(const std::vector<std::string>& names,
                                 const std::vector<std::string>& others) {
  std::vector<std::string> rest;
  for (const std::string& name : names) {
    if (std::ranges::find(others, name) == others.end()) rest.push_back(name);
  }
  return rest;
}

}  // namespace

bool MutationCheck::all_caught() const {
  return clean_fails.empty() && std::ssize(outcomes) == asked &&
         std::ranges::all_of(outcomes, [](const MutationOutcome& one) { return one.caught(); });
}

std::vector<std::string> failing_rows(const Results& results) {
  std::vector<std::string> names;
  for (const CellRow& row : results.cells) {
    if (row.verdict == Verdict::kFail) names.push_back(row_name(row));
  }
  for (const LinkRow& row : results.links) {
    if (row.verdict == Verdict::kFail) names.emplace_back(kLinksName);
  }
  for (const ConservationRow& row : results.conservation) {
    if (row.verdict == Verdict::kFail) names.push_back("conservation of " + row.profiler);
  }
  return names;
}

MutationCheck check_mutations(const std::vector<UnscoredRun>& runs, std::uint64_t seed,
                              std::size_t count) {
  MutationCheck check;
  check.seed = seed;
  check.runs = static_cast<std::int64_t>(runs.size());
  check.asked = static_cast<std::int64_t>(count);
  Campaign unmutated = score_runs(runs, nullptr);
  const double request_ns = long_request_ns(unmutated);
  const Results clean = judge(std::move(unmutated));
  if (clean.summary.reason.starts_with("machine unfit")) {
    check.unfit = clean.summary.reason;
    return check;
  }
  check.clean_fails = failing_rows(clean);
  for (Mutation& mutation : draw_mutations(clean, request_ns, seed, count)) {
    const std::vector<std::string> failed = failing_rows(judge(score_runs(runs, &mutation)));
    MutationOutcome outcome;
    outcome.missed = without(mutation.must_fail, failed);
    outcome.elsewhere = without(failed, mutation.must_fail);
    outcome.mutation = std::move(mutation);
    check.outcomes.push_back(std::move(outcome));
  }
  return check;
}

}  // namespace plumbline::harness
