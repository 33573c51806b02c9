#include "harness/scoring/scoring.h"

#include <iterator>

namespace plumbline::harness {
namespace {

// A reason for which no row of a scenario may have a verdict of its own.
struct Withdrawal {
  Verdict verdict;
  std::string reason;
};

// A scenario none of whose injected costs could be injected has nothing left but its zeros.
std::optional<std::string> everything_skipped(const Truth& truth) {
  std::optional<std::string> reason;
  for (const EndpointTruth& endpoint : truth.endpoints) {
    for (std::size_t category = 0; category < format::kCategoryCount; ++category) {
      if (!endpoint.categories[category].injected) continue;
      if (endpoint.categories[category].could_run) return std::nullopt;
      const auto skipped = truth.skipped.find(static_cast<format::Category>(category));
      if (skipped == truth.skipped.end()) return std::nullopt;
      reason = skipped->second;
    }
  }
  return reason;
}

std::optional<Withdrawal> withdrawal_of(const Scope& scope) {
  const std::optional<std::string> skipped = everything_skipped(scope.runs.front().truth);
  if (skipped) return Withdrawal{Verdict::kSkipped, *skipped};
  if (!scope.unfit.empty()) return Withdrawal{Verdict::kInconclusive, scope.unfit};
  return std::nullopt;
}

template <typename Row>
void append(std::vector<Row> rows, const std::optional<Withdrawal>& withdrawal,
            std::vector<Row>& to) {
  for (Row& row : rows) {
    if (!withdrawal || row.verdict == Verdict::kSkipped || row.verdict == Verdict::kNotOffered) {
      continue;
    }
    row.verdict = withdrawal->verdict;
    row.reason = withdrawal->reason;
  }
  std::move(rows.begin(), rows.end(), std::back_inserter(to));
}

}  // namespace

void score_scenario(const Scope& scope, Results& results) {
  const std::optional<Withdrawal> withdrawal = withdrawal_of(scope);
  append(score_cells(scope), withdrawal, results.cells);
  for (FunctionRow& row : score_functions(scope)) {
    // Those that inform do so whatever happens.
    append(std::vector<FunctionRow>{row}, row.gate.gates ? withdrawal : std::nullopt,
           results.functions);
  }
  append(std::vector<LinkRow>{score_links(scope)}, withdrawal, results.links);
  append(score_conservation(scope), withdrawal, results.conservation);
  append(score_assertions(scope), withdrawal, results.assertions);
  const std::vector<ConfusionRow> confusion = confusion_rows(scope);
  results.confusion.insert(results.confusion.end(), confusion.begin(), confusion.end());
}

}  // namespace plumbline::harness
