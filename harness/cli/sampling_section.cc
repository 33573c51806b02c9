#include "harness/cli/sampling_section.h"

#include <fmt/format.h>

#include "analysis/io/terminal_text.h"

namespace plumbline::harness {
namespace {

using analysis::Recording;
using analysis::SamplingAccount;
using analysis::SamplingSum;
using Json = nlohmann::ordered_json;

std::string setting(const Recording& recording, const char* key) {
  const auto found = recording.settings.find(key);
  return found == recording.settings.end() ? "" : io::terminal_safe(found->second);
}

std::int64_t counter(const Recording& recording, const char* key) {
  const auto found = recording.counters.find(key);
  return found == recording.counters.end() ? 0 : found->second;
}

// What the profiler itself took; README.md of profiler/ says what each figure holds.
struct OwnCpu {
  explicit OwnCpu(const Recording& recording)
      : drain_ns(counter(recording, "own.drain_ns")),
        handlers_ns(counter(recording, "own.handlers_ns")),
        signals_ns(counter(recording, "own.signals_ns")),
        edges_ns(counter(recording, "own.edges_ns")),
        process_ns(counter(recording, "own.process_cpu_ns")) {}

  double percent(std::int64_t part_ns) const {
    if (process_ns <= 0) return 0;
    return 100 * static_cast<double>(part_ns) / static_cast<double>(process_ns);
  }
  // As doubles: a damaged counter may be as large as it likes.
  double total_percent() const {
    return percent(drain_ns) + percent(handlers_ns) + percent(signals_ns) + percent(edges_ns);
  }

  std::int64_t drain_ns, handlers_ns, signals_ns, edges_ns, process_ns;
};

double hz(std::int64_t period_ns) { return 1e9 / static_cast<double>(period_ns); }

std::string rate_text(const Recording& recording, const SamplingSum& total) {
  const std::string budget = setting(recording, "budget_percent");
  std::string text =
      fmt::format("{} Hz {}", setting(recording, "rate_hz"),
                  setting(recording, "rate_by") == "default" ? "by default" : "asked");
  if (!budget.empty() && budget != "0") text += fmt::format(", budget {} % of the CPU", budget);
  return text + fmt::format("; achieved {:.1f} Hz over {:.3f} s of CPU", total.achieved_hz(),
                            static_cast<double>(total.cpu_ns) / 1e9);
}

std::string sum_text(const SamplingAccount& account) {
  const SamplingSum& total = account.total;
  return fmt::format(
      "  {} expected = {} recorded + {} dropped + {} overrun + {} unseen; {}\n"
      "  they stand for {:.3f} s of CPU\n",
      total.expected(), total.recorded, total.dropped, total.overruns, total.unseen, account.check,
      static_cast<double>(total.asked_ns) / 1e9);
}

std::string own_text(const OwnCpu& own) {
  if (own.process_ns == 0) return {};
  return fmt::format(
      "  the profiler's own CPU: {:.2f} % of the process's = {:.2f} drain thread + {:.2f} sample "
      "handlers\n  + {:.2f} signals (estimated) + {:.2f} edges (estimated)\n",
      own.total_percent(), own.percent(own.drain_ns), own.percent(own.handlers_ns),
      own.percent(own.signals_ns), own.percent(own.edges_ns));
}

std::string changes_text(const Recording& recording) {
  std::string text;
  for (const format::RateChange& change : recording.rate_changes) {
    const std::int64_t after_ns = change.wall_ns - recording.header.start_monotonic_ns;
    const double own = change.process_cpu_ns == 0 ? 0
                                                  : 100 * static_cast<double>(change.own_cpu_ns) /
                                                        static_cast<double>(change.process_cpu_ns);
    text += fmt::format("  at {:.1f} s: {:.1f} Hz to {:.1f} Hz; own CPU was {:.2f} %\n",
                        static_cast<double>(after_ns) / 1e9, hz(change.old_period_ns),
                        hz(change.new_period_ns), own);
  }
  return text;
}

std::string risk_text(const SamplingAccount& account) {
  if (!account.lockstep_risk) return {};
  return fmt::format(
      "  LOCK-STEP RISK: {} threads were sampled on the kernel's tick. Work in step with the tick\n"
      "  is sampled at the same place each time: shares by samples have no intervals\n",
      account.threads_on_tick);
}

}  // namespace

std::string sampling_text(const Recording& recording, const SamplingAccount& account) {
  const std::string sampler = setting(recording, "sampler");
  if (sampler.empty() || sampler == "none") return "sampling: none\n";
  return fmt::format("sampling: {}; {}\n", sampler, rate_text(recording, account.total)) +
         sum_text(account) + risk_text(account) + own_text(OwnCpu(recording)) +
         changes_text(recording);
}

Json thread_sampling_json(const SamplingAccount& account, analysis::Index thread) {
  const SamplingSum& sum = account.threads[thread];
  const auto clock = static_cast<std::size_t>(account.clock[thread]);
  return {{"clock", std::string(format::kSampleClockIds[clock])},
          {"expected", sum.expected()},
          {"signals", sum.signals},
          {"recorded", sum.recorded},
          {"dropped", sum.dropped},
          {"overruns", sum.overruns},
          {"unseen", sum.unseen},
          {"asked_ns", sum.asked_ns},
          {"achieved_hz", sum.achieved_hz()}};
}

Json sampling_json(const Recording& recording, const SamplingAccount& account) {
  const SamplingSum& total = account.total;
  const OwnCpu own(recording);
  Json changes = Json::array();
  for (const format::RateChange& change : recording.rate_changes) {
    changes.push_back({{"wall_ns", change.wall_ns},
                       {"old_rate_hz", hz(change.old_period_ns)},
                       {"new_rate_hz", hz(change.new_period_ns)},
                       {"own_cpu_ns", change.own_cpu_ns},
                       {"process_cpu_ns", change.process_cpu_ns}});
  }
  return {{"clock", setting(recording, "sampler")},
          {"rate_hz", setting(recording, "rate_hz")},
          {"rate_by", setting(recording, "rate_by")},
          {"budget_percent", setting(recording, "budget_percent")},
          {"lockstep_risk", account.lockstep_risk},
          {"threads_on_tick", account.threads_on_tick},
          {"achieved_hz", total.achieved_hz()},
          {"expected_hz", total.expected_hz()},
          {"cpu_ns", total.cpu_ns},
          {"expected", total.expected()},
          {"signals", total.signals},
          {"recorded", total.recorded},
          {"dropped", total.dropped},
          {"overruns", total.overruns},
          {"unseen", total.unseen},
          {"asked_ns", total.asked_ns},
          {"check", account.check},
          {"own_cpu",
           {{"percent", own.total_percent()},
            {"drain_ns", own.drain_ns},
            {"handlers_ns", own.handlers_ns},
            {"signals_estimated_ns", own.signals_ns},
            {"edges_estimated_ns", own.edges_ns},
            {"process_ns", own.process_ns}}},
          {"rate_changes", std::move(changes)}};
}

}  // namespace plumbline::harness
