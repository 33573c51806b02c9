// From verdicts to one answer: the summary and the exit code that a CI job acts on.
//
// Called once, when every scenario was scored. Rows that gate: cells, links, conservation, oracle,
// assertions; functions where the gate file says so. Codes: 0 pass, 1 gate failed, 3 inconclusive
// or machine unfit, 77 everything skipped; 2 is for unusable input, which reaches no result.
// Precedence: 2 > 1 > 3 > 77 > 0.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <string>
#include <string_view>

#include "harness/results/results.h"

namespace plumbline::harness {

inline constexpr int kExitOk = 0;
inline constexpr int kExitGateFailed = 1;
inline constexpr int kExitUnusable = 2;
inline constexpr int kExitInconclusive = 3;
inline constexpr int kExitSkipped = 77;

// The answer in one word, as reports begin: "PASS", "FAIL", "SKIPPED" or "INCONCLUSIVE".
std::string_view headline(int exit_code);

// `unfit`: why the machine could not be used; empty when it could.
Summary summarize(const Results& results, const std::string& unfit);

}  // namespace plumbline::harness
