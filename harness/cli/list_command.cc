#include "harness/cli/list_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/installation.h"
#include "harness/profiled_run.h"
#include "harness/scenarios.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;

double seconds(const workloads::Spec& spec) {
  return static_cast<double>(expected_duration_ns(spec)) / 1e9;
}

Json as_json(const std::vector<workloads::Spec>& specs) {
  Json json = {{"suites", Json::array()}, {"scenarios", Json::array()}};
  for (const Suite& suite : suites()) {
    json["suites"].push_back({{"name", suite.name},
                              {"description", suite.description},
                              {"scenarios", suite.scenarios},
                              {"repeats", suite.repeats}});
  }
  for (const workloads::Spec& spec : specs) {
    json["scenarios"].push_back({{"name", spec.name},
                                 {"description", spec.description},
                                 {"workers", spec.workers},
                                 {"requests", workloads::request_count(spec)},
                                 {"expected_s", seconds(spec)}});
  }
  return json;
}

std::string as_tables(const std::vector<workloads::Spec>& specs) {
  io::TextTable suite_table({{"suite"}, {"runs", io::Align::kRight}, {"scenarios"}, {"what"}});
  for (const Suite& suite : suites()) {
    suite_table.add_row({std::string(suite.name), std::to_string(suite.repeats),
                         fmt::format("{}", fmt::join(suite.scenarios, ", ")),
                         std::string(suite.description)});
  }
  io::TextTable table({{"scenario"},
                       {"workers", io::Align::kRight},
                       {"requests", io::Align::kRight},
                       {"s per run", io::Align::kRight},
                       {"what"}});
  for (const workloads::Spec& spec : specs) {
    table.add_row({spec.name, std::to_string(spec.workers),
                   std::to_string(workloads::request_count(spec)),
                   fmt::format("{:.1f}", seconds(spec)), spec.description});
  }
  const bool coloured = io::colour_wanted(STDOUT_FILENO);
  return suite_table.text(coloured) + "\n" + table.text(coloured);
}

}  // namespace

void add_list_command(CLI::App& app, Outcome&) {
  CLI::App* command = app.add_subcommand("list", "what there is to run: suites and scenarios");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "for programs");
  command->footer("Example:\n  plumbline list --json");
  command->callback([json] {
    const auto specs = installed_scenarios(find_installation().scenarios);
    io::write_standard_output(*json ? as_json(specs).dump(2) + "\n" : as_tables(specs));
  });
}

}  // namespace plumbline::harness
