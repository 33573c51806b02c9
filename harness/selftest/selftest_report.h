// What `plumbline selftest` found out, as text, as JSON and as an exit code.
//
// Thread rule: pure functions. Failure: none; names are made safe for terminals.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/selftest/clean_runs.h"
#include "harness/selftest/mutation_check.h"
#include "harness/selftest/seeded_faults.h"

namespace plumbline::harness {

struct SelfTest {
  std::vector<FaultOutcome> faults;
  std::optional<MutationCheck> mutations;  // none: not asked for
  std::vector<CleanRun> clean;
};

// 1: a fault or mutation was missed, or a row failed without any; 3: the machine was unfit for some
// of it, or its rows too wide for a mutation; 77: nothing could run here; else 0.
int exit_code_of(const SelfTest& test);

// One line or more for each.
std::string text_of(const FaultOutcome& fault);
std::string text_of(const CleanRun& run);
std::string text_of(const MutationCheck& check);
// The sums, at the end.
std::string summary_of(const SelfTest& test);

nlohmann::ordered_json selftest_to_json(const SelfTest& test);

}  // namespace plumbline::harness
