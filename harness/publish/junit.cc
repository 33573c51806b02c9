// JUnit XML as Jenkins' xUnit plugin checks it (tests/harness/fixtures/junit.xsd), the strictest of
// the dialects in use: properties stand in suites, the figures of a case in its <system-out>.
//
// A suite for each scenario and profiler, a case for each row that gates, and first a suite
// "plumbline" whose one case is the answer itself. Red and green agree with the exit code:
//   fail -> <failure>; inconclusive -> <error>, which CI systems count as red, as exit 3 is;
//   vacuous, skipped, not_offered -> <skipped>, which is neither red nor green.
// <skipped> for inconclusive would show green where the job failed. What no row tells (a machine
// that is unfit, a result with vacuous rows alone: exit 3; everything skipped: 77) the case of the
// answer tells.
#include <fmt/format.h>

#include <array>
#include <map>
#include <string>

#include "harness/publish/formats.h"
#include "harness/publish/gating_rows.h"
#include "harness/publish/published_names.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness::publish {
namespace {

enum class Outcome { kPassed, kFailure, kError, kSkipped };

Outcome outcome_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return Outcome::kPassed;
    case Verdict::kFail:
      return Outcome::kFailure;
    case Verdict::kInconclusive:
      return Outcome::kError;
    case Verdict::kVacuous:
    case Verdict::kNotOffered:
    case Verdict::kSkipped:
      break;
  }
  return Outcome::kSkipped;
}

// A row that informs is neither red nor green, whatever it found.
Outcome outcome_of(Verdict verdict, bool gates) {
  return gates ? outcome_of(verdict) : Outcome::kSkipped;
}

Outcome outcome_of_exit(int exit_code) {
  switch (exit_code) {
    case kExitOk:
      return Outcome::kPassed;
    case kExitGateFailed:
      return Outcome::kFailure;
    case kExitSkipped:
      return Outcome::kSkipped;
    default:
      return Outcome::kError;
  }
}

constexpr std::size_t kMaxPropertyBytes = 400;  // each suite has them all
constexpr std::size_t kMaxWiderShown = 100;

struct Counts {
  std::size_t tests = 0;
  std::array<std::size_t, 4> by_outcome{};

  void add(Outcome outcome) {
    ++tests;
    ++by_outcome[static_cast<std::size_t>(outcome)];
  }
  std::size_t of(Outcome outcome) const { return by_outcome[static_cast<std::size_t>(outcome)]; }
};

// Text or attribute value. Printable text has no character that XML lacks but U+FFFE and U+FFFF.
std::string xml(std::string_view printable) {
  std::string escaped;
  escaped.reserve(printable.size());
  for (std::size_t i = 0; i < printable.size(); ++i) {
    const std::string_view rest = printable.substr(i);
    if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
      escaped += rest[2] == '\xBE' ? "\\ufffe" : "\\uffff";
      i += 2;
      continue;
    }
    switch (printable[i]) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':  // also ends no CDATA: "]]>" may not stand in text
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&apos;";
        break;
      default:
        escaped += printable[i];
    }
  }
  return escaped;
}

std::string xml_name(std::string_view name) { return xml(printable_name(name)); }
std::string xml_text(std::string_view text) { return xml(printable_text(text)); }

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", xml_name(name),
                     xml(printable_text(value, kMaxPropertyBytes)));
}

std::string environment_properties(const Environment& environment) {
  const auto number = [](const auto& value) { return value ? fmt::format("{}", *value) : "-"; };
  return property("environment.version", environment.version) +
         property("environment.git", environment.git) +
         property("environment.compiler", environment.compiler) +
         property("environment.kernel", environment.kernel) +
         property("environment.cpu_model", environment.cpu_model) +
         property("environment.cpus", std::to_string(environment.cpus)) +
         property("environment.clock", environment.clock) +
         property("environment.hz", number(environment.hz)) +
         property("environment.perf_event_paranoid", number(environment.perf_event_paranoid)) +
         property("environment.rseq", environment.rseq) +
         property("environment.virtualized", environment.virtualized ? "true" : "false") +
         property("environment.cpus_kept_awake", std::to_string(environment.cpus_kept_awake)) +
         property("environment.loadavg", fmt::format("{}", fmt::join(environment.loadavg, " ")));
}

std::string summary_properties(const Summary& summary) {
  return property("summary.exit_code", std::to_string(summary.exit_code)) +
         property("summary.pass", std::to_string(summary.pass)) +
         property("summary.fail", std::to_string(summary.fail)) +
         property("summary.inconclusive", std::to_string(summary.inconclusive)) +
         property("summary.vacuous", std::to_string(summary.vacuous)) +
         property("summary.skipped", std::to_string(summary.skipped)) +
         property("summary.invalid_runs", std::to_string(summary.invalid_runs));
}

// Which gate judged: so that a margin is not widened in silence.
std::string gate_properties(const std::optional<GateUse>& gate) {
  if (!gate) return property("gate.file", "default");
  std::string text = property("gate.file", gate->file);
  for (std::size_t i = 0; i < gate->wider.size() && i < kMaxWiderShown; ++i) {
    text += property(fmt::format("gate.wider.{}", i), gate->wider[i]);
  }
  return text;
}

std::string section_properties(const Section& section) {
  std::array<std::size_t, 3> machine{};
  std::map<std::string_view, std::int64_t> losses;
  for (const RunRow* run : section.runs) {
    ++machine[static_cast<std::size_t>(run->machine)];
    for (const auto& [cause, count] : run->losses) losses[cause] += count;
  }
  std::string text = property("runs", std::to_string(section.runs.size())) +
                     property("runs.ok", std::to_string(machine[0])) +
                     property("runs.degraded", std::to_string(machine[1])) +
                     property("runs.invalid", std::to_string(machine[2]));
  for (const auto& [cause, count] : losses) {
    text += property("losses." + std::string(cause), std::to_string(count));
  }
  return text;
}

std::string suite_start(const std::string& name, const Counts& counts,
                        const std::string& properties) {
  return fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"0\">\n    <properties>\n{}    </properties>\n",
      name, counts.tests, counts.of(Outcome::kFailure), counts.of(Outcome::kError),
      counts.of(Outcome::kSkipped), properties);
}

std::string test_case(const std::string& suite, std::string_view name, Outcome outcome,
                      std::string_view type, std::string_view why, std::string_view figures) {
  static constexpr std::array<std::string_view, 4> kElements = {"", "failure", "error", "skipped"};
  std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\">\n", suite,
                                 xml_name(name));
  if (outcome != Outcome::kPassed) {
    text += fmt::format("      <{} type=\"{}\" message=\"{}\"/>\n",
                        kElements[static_cast<std::size_t>(outcome)], type, xml_text(why));
  }
  return text +
         fmt::format("      <system-out>{}</system-out>\n    </testcase>\n", xml_text(figures));
}

void write_answer(const Results& results, const TextSink& sink) {
  const Summary& summary = results.summary;
  const Outcome outcome = outcome_of_exit(summary.exit_code);
  Counts counts;
  counts.add(outcome);
  sink(suite_start("plumbline", counts,
                   environment_properties(results.environment) + summary_properties(summary) +
                       gate_properties(results.gate)));
  sink(test_case("plumbline", "answer", outcome, fmt::format("exit {}", summary.exit_code),
                 summary.reason, summary.reason));
  sink("  </testsuite>\n");
}

void write_section(const Section& section, const std::string& environment, const TextSink& sink) {
  const std::string name = xml_name(section.scenario) + " under " + xml_name(section.profiler);
  Counts counts;
  section.for_each_row(
      [&](const GatingRow& row) { counts.add(outcome_of(row.verdict, row.gates)); });
  sink(suite_start(name, counts, environment + section_properties(section)));
  section.for_each_row([&](const GatingRow& row) {
    sink(test_case(name, row.name, outcome_of(row.verdict, row.gates), name_of(row.verdict),
                   row.why.empty() ? row.figures : row.why, row.figures));
  });
  sink("  </testsuite>\n");
}

Counts counts_of_all(const Results& results) {
  Counts counts;
  counts.add(outcome_of_exit(results.summary.exit_code));
  const auto add_all = [&](const auto& rows) {
    for (const auto& row : rows) counts.add(outcome_of(row.verdict, row.gate.gates));
  };
  add_all(results.cells);
  add_all(results.links);
  add_all(results.conservation);
  add_all(results.assertions);
  for (const OracleRow& row : results.oracle) counts.add(outcome_of(row.verdict));
  for (const FunctionRow& row : results.functions) {
    if (is_judged(row)) counts.add(outcome_of(row.verdict));
  }
  return counts;
}

}  // namespace

void write_junit(const Results& results, const TextSink& sink) {
  const Counts counts = counts_of_all(results);
  sink(
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plumbline\" "
                  "tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"0\">\n",
                  counts.tests, counts.of(Outcome::kFailure), counts.of(Outcome::kError)));
  write_answer(results, sink);
  const std::string environment = environment_properties(results.environment);
  for (const Section& section : sections_of(results)) write_section(section, environment, sink);
  sink("</testsuites>\n");
}

}  // namespace plumbline::harness::publish
