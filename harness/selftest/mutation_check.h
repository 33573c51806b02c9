// Scores one set of runs again and again: as it is, and under each random mutation.
//
// The mutation takes no run of its own, so that a fresh seed each time costs next to nothing.
// Used by `plumbline selftest`, and by its tests with runs made by hand.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/profilers/profile.h"
#include "harness/results/results.h"
#include "harness/selftest/mutation.h"
#include "workloads/ledger.h"

namespace plumbline::harness {

// A run before it is scored.
struct UnscoredRun {
  RunRow row;
  workloads::Ledger ledger;
  Profile profile;
  double steal_pct = 0;
};

struct MutationOutcome {
  Mutation mutation;
  std::vector<std::string> missed;     // of the rows that must fail
  std::vector<std::string> elsewhere;  // failed besides

  bool caught() const { return missed.empty(); }
};

struct MutationCheck {
  std::uint64_t seed = 0;
  std::int64_t runs = 0;
  std::int64_t asked = 0;  // mutations; more than `outcomes` when rows were too wide for a kind
  std::string unfit;       // why nothing was judged; empty: the machine was fit
  std::vector<std::string> clean_fails;  // rows that fail without any mutation
  std::vector<MutationOutcome> outcomes;

  bool all_caught() const;
};

// Names of the rows of a result that fail.
std::vector<std::string> failing_rows(const Results& results);

// `runs`: of one scenario; not empty.
MutationCheck check_mutations(const std::vector<UnscoredRun>& runs, std::uint64_t seed,
                              std::size_t count);

}  // namespace plumbline::harness
