#include "harness/selftest/selftest_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/io/terminal_text.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;

bool is_good(const FaultOutcome& fault) {
  return fault.outcome == "caught" || fault.outcome == "held";
}

std::string also_failed(const std::vector<std::string>& rows) {
  std::string text;
  for (const std::string& row : rows) {
    text += fmt::format("            and {}\n", io::terminal_safe(row));
  }
  return text;
}

std::string line(std::string_view outcome, const std::string& what) {
  return fmt::format("{:<10}  {}\n", outcome, io::terminal_safe(what));
}

// Whether something certainly went wrong, could not be judged, or was judged.
struct Tally {
  bool wrong = false, open = false, judged = false;
};

void add_faults(const SelfTest& test, Tally& tally) {
  for (const FaultOutcome& fault : test.faults) {
    if (is_good(fault)) {
      tally.judged = true;
    } else if (fault.outcome == "not judged") {
      tally.open = true;
    } else if (fault.outcome != "skipped") {
      tally.wrong = true;
    }
  }
}

void add_mutations(const MutationCheck& check, Tally& tally) {
  if (!check.unfit.empty()) {
    tally.open = true;
    return;
  }
  tally.judged = true;
  const bool missed = std::ranges::any_of(
      check.outcomes, [](const MutationOutcome& outcome) { return !outcome.caught(); });
  tally.wrong = tally.wrong || missed || !check.clean_fails.empty();
  tally.open = tally.open || !check.all_caught();
}

void add_clean(const SelfTest& test, Tally& tally) {
  for (const CleanRun& run : test.clean) {
    if (run.unfit.empty()) {
      tally.judged = true;
      tally.wrong = tally.wrong || run.false_alarm();
    } else {
      tally.open = true;
    }
  }
}

std::string mutations_summary(const MutationCheck& check) {
  if (!check.unfit.empty()) return fmt::format("mutations not judged: {}\n", check.unfit);
  const auto caught =
      std::ranges::count_if(check.outcomes, [](const auto& outcome) { return outcome.caught(); });
  return fmt::format("{} of {} random mutations caught (seed {}); {} rows fail without one\n",
                     caught, check.asked, check.seed, check.clean_fails.size());
}

std::string clean_summary(const std::vector<CleanRun>& runs) {
  std::int64_t fit = 0, alarms = 0, unfit_alarms = 0;
  for (const CleanRun& run : runs) {
    fit += run.unfit.empty() ? 1 : 0;
    if (run.false_alarm()) ++(run.unfit.empty() ? alarms : unfit_alarms);
  }
  return fmt::format(
      "{} false alarms in {} clean runs on a fit machine; {} in {} while it was not fit\n", alarms,
      fit, unfit_alarms, std::ssize(runs) - fit);
}

Json as_json(const MutationCheck& check) {
  Json json = {{"seed", check.seed},
               {"runs", check.runs},
               {"asked", check.asked},
               {"unfit", check.unfit},
               {"clean_fails", check.clean_fails},
               {"mutations", Json::array()}};
  for (const MutationOutcome& outcome : check.outcomes) {
    json["mutations"].push_back({{"what", outcome.mutation.what()},
                                 {"caught", outcome.caught()},
                                 {"must_fail", outcome.mutation.must_fail},
                                 {"missed", outcome.missed},
                                 {"failed_elsewhere", outcome.elsewhere}});
  }
  return json;
}

}  // namespace

int exit_code_of(const SelfTest& test) {
  Tally tally;
  add_faults(test, tally);
  if (test.mutations) add_mutations(*test.mutations, tally);
  add_clean(test, tally);
  if (tally.wrong) return kExitGateFailed;
  if (tally.open) return kExitInconclusive;
  return tally.judged ? kExitOk : kExitSkipped;
}

std::string text_of(const FaultOutcome& fault) {
  return line(fault.outcome,
              fmt::format("{} ({}): {} [{:.1f} s to build, {:.1f} s to run]", fault.fault,
                          fault.scenario, fault.detail, fault.build_s, fault.run_s)) +
         also_failed(fault.failed_elsewhere);
}

std::string text_of(const CleanRun& run) {
  return line(run.false_alarm() ? "ALARM" : "clean", run.unfit.empty() ? run.reason : run.unfit) +
         also_failed(run.failed);
}

std::string text_of(const MutationCheck& check) {
  std::string text;
  for (const std::string& row : check.clean_fails) {
    text += line("ALARM", row + " fails without a mutation");
  }
  for (const MutationOutcome& outcome : check.outcomes) {
    const Mutation& mutation = outcome.mutation;
    text += line(outcome.caught() ? "caught" : "MISSED",
                 fmt::format("{}: {}", mutation.what(), fmt::join(mutation.must_fail, ", ")));
    for (const std::string& row : outcome.missed) {
      text += fmt::format("            but not {}\n", io::terminal_safe(row));
    }
    text += also_failed(outcome.elsewhere);
  }
  return text;
}

std::string summary_of(const SelfTest& test) {
  std::string text;
  if (!test.faults.empty()) {
    text += fmt::format("{} of {} seeded faults caught, or held against\n",
                        std::ranges::count_if(test.faults, is_good), test.faults.size());
  }
  if (test.mutations) text += mutations_summary(*test.mutations);
  if (!test.clean.empty()) text += clean_summary(test.clean);
  return text;
}

Json selftest_to_json(const SelfTest& test) {
  Json json = {{"exit_code", exit_code_of(test)}, {"faults", Json::array()}};
  for (const FaultOutcome& fault : test.faults) {
    json["faults"].push_back({{"fault", fault.fault},
                              {"scenario", fault.scenario},
                              {"outcome", fault.outcome},
                              {"detail", fault.detail},
                              {"must_fail", fault.must_fail},
                              {"failed_elsewhere", fault.failed_elsewhere},
                              {"build_s", fault.build_s},
                              {"run_s", fault.run_s}});
  }
  json["mutations"] = test.mutations ? as_json(*test.mutations) : Json(nullptr);
  json["clean"] = Json::array();
  for (const CleanRun& run : test.clean) {
    json["clean"].push_back({{"exit_code", run.exit_code},
                             {"reason", run.reason},
                             {"unfit", run.unfit},
                             {"failed", run.failed}});
  }
  return json;
}

}  // namespace plumbline::harness
