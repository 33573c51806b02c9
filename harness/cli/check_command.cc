#include "harness/cli/check_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/formats/read_profile.h"
#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/expectations/capture.h"
#include "harness/expectations/judge.h"
#include "harness/expectations/profile_files.h"

namespace plumbline::harness {
namespace {

using expectations::Assertion;
using expectations::AssertionKind;
using expectations::AssertionVerdict;
using expectations::Check;
using Json = nlohmann::ordered_json;

struct CheckArguments {
  std::string expected, profile, write;
  bool strict = false, json = false;
};

std::string_view kind_name(AssertionKind kind) {
  switch (kind) {
    case AssertionKind::kValue:
      return "value";
    case AssertionKind::kPercent:
      return "percent";
    case AssertionKind::kSum:
      return "value-matching-sum";
    case AssertionKind::kFiles:
      return "files";
    case AssertionKind::kType:
      return "profile-type";
  }
  return "";
}

std::string_view verdict_name(AssertionVerdict verdict) {
  switch (verdict) {
    case AssertionVerdict::kPass:
      return "pass";
    case AssertionVerdict::kFail:
      return "fail";
    case AssertionVerdict::kAllowed:
      return "allowed";
  }
  return "";
}

bool has_figures(const Assertion& assertion) {
  return assertion.kind != AssertionKind::kFiles && assertion.kind != AssertionKind::kType;
}

std::string as_json(const Check& check, const CheckArguments& arguments) {
  Json json = {{"schema", "plumbline.check/1"}, {"expect", arguments.expected},
               {"profile", arguments.profile},  {"assertions", Json::array()},
               {"notes", check.notes},          {"warnings", check.warnings}};
  for (const Assertion& assertion : check.assertions) {
    Json row = {{"verdict", verdict_name(assertion.verdict)},
                {"place", assertion.place},
                {"file", assertion.file},
                {"profile_type", assertion.profile_type},
                {"kind", kind_name(assertion.kind)},
                {"what", assertion.what}};
    if (has_figures(assertion)) {
      row["expected"] = assertion.expected;
      row["margin"] = assertion.margin;
      row["actual"] = assertion.actual;
      row["error"] = std::isfinite(assertion.error) ? Json(assertion.error) : Json(nullptr);
    }
    json["assertions"].push_back(std::move(row));
  }
  json["summary"] = {{"pass", check.passed},
                     {"fail", check.failed},
                     {"allowed", check.allowed},
                     {"stopped", check.stopped},
                     {"exit_code", expectations::exit_code_of(check)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

io::Emphasis emphasis_of(AssertionVerdict verdict) {
  if (verdict == AssertionVerdict::kPass) return io::Emphasis::kNone;
  return verdict == AssertionVerdict::kFail ? io::Emphasis::kBad : io::Emphasis::kFaint;
}

std::string figure(double value) { return fmt::format("{:.10g}", value); }

std::string as_table(const Check& check, bool coloured) {
  io::TextTable table({{"verdict"},
                       {"type"},
                       {"kind"},
                       {"expected", io::Align::kRight},
                       {"+/-", io::Align::kRight},
                       {"found", io::Align::kRight},
                       {"off by", io::Align::kRight},
                       {"what"},
                       {"file"}});
  for (const Assertion& assertion : check.assertions) {
    const bool points = assertion.kind == AssertionKind::kPercent;
    const char* unit = points ? " pp" : " %";
    std::vector<std::string> figures(4);
    if (has_figures(assertion)) {
      figures = {figure(assertion.expected) + (points ? " %" : ""),
                 fmt::format("{}{}", assertion.margin, unit),
                 fmt::format("{}{}", assertion.actual, points ? " %" : ""),
                 fmt::format("{:.4g}{}", assertion.error, unit)};
    }
    table.add_row({std::string(verdict_name(assertion.verdict)), assertion.profile_type,
                   std::string(kind_name(assertion.kind)), figures[0], figures[1], figures[2],
                   figures[3], assertion.what, assertion.file},
                  emphasis_of(assertion.verdict));
  }
  std::string text = check.assertions.empty() ? "" : table.text(coloured);
  for (const std::string& note : check.notes) text += io::terminal_safe("note: " + note) + '\n';
  for (const std::string& warning : check.warnings) {
    text += io::terminal_safe("vacuous: " + warning) + '\n';
  }
  if (check.stopped) text += "stopped: a type is missing, what comes behind it was not judged\n";
  return text +
         fmt::format(
             "{} pass, {} fail, {} allowed to fail{}\n", check.passed, check.failed, check.allowed,
             check.warnings.empty() ? "" : fmt::format(", {} vacuous", check.warnings.size()));
}

int check_profiles(const CheckArguments& arguments) {
  const expectations::ExpectedProfile expected =
      expectations::read_expected_profile(arguments.expected);
  const Check check =
      expectations::judge(expected, {arguments.expected, arguments.profile, arguments.strict});
  io::write_standard_output(arguments.json ? as_json(check, arguments)
                                           : as_table(check, io::colour_wanted(STDOUT_FILENO)));
  return expectations::exit_code_of(check);
}

void write_expectations(const CheckArguments& arguments) {
  const auto files = expectations::profile_files(arguments.profile, "", "");
  if (files.size() != 1) {
    throw io::InputError(fmt::format("{}: has {} profiles; name the one to write from",
                                     arguments.profile, files.size()));
  }
  const formats::StackProfile profile = formats::read_profile(files.front());
  const expectations::ProfileView view(profile, files.front());
  const auto expected = expectations::captured(view, files.front().stem().string());
  io::write_file_atomically(arguments.write, expectations::expected_profile_json(expected));
}

constexpr const char* kFooter =
    "Profiles: pprof, OTLP profiles (protobuf, JSON), folded stacks, text of perf script; plain, "
    "gzip, zstd or lz4.\n"
    "Expectations: DataDog/prof-correctness' files as they are; harness/expectations/README.md has "
    "the rules.\n"
    "--strict warns of what can hardly fail: margins of 100 and more, patterns that match "
    "everything,\n  empty stacks, the only profile that may fail, keys that are ignored.\n"
    "Examples:\n"
    "  plumbline check --expect expected_profile.json --profile out/\n"
    "  plumbline check --expect expected_profile.json --profile cpu.pb.gz --strict --json\n"
    "  plumbline check --profile cpu.pb.gz --write expected_profile.json\n"
    "Exit codes: 0 all hold; 1 one does not, a type or every file is missing; 2 unusable input; "
    "3 all hold,\nbut --strict has warnings.";

}  // namespace

void add_check_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command =
      app.add_subcommand("check", "any profile against prof-correctness' expectation files");
  const auto arguments = std::make_shared<CheckArguments>();
  auto* expect = command->add_option("--expect", arguments->expected, "expected_profile.json");
  command->add_option("--profile", arguments->profile, "a profile, or a folder with profiles")
      ->required();
  auto* write = command->add_option("--write", arguments->write,
                                    "write expectations that this profile meets, instead");
  auto* strict = command->add_flag("--strict", arguments->strict, "warn of vacuous expectations");
  auto* json = command->add_flag("--json", arguments->json, "for programs");
  write->excludes(expect)->excludes(strict)->excludes(json);
  command->footer(kFooter);
  command->callback([arguments, &outcome] {
    if (!arguments->write.empty()) return write_expectations(*arguments);
    if (arguments->expected.empty()) {
      throw io::InputError("check: give --expect FILE to check, or --write FILE to make one");
    }
    outcome.exit_code = check_profiles(*arguments);
  });
}

}  // namespace plumbline::harness
