#include "harness/cli/list_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/io/mapped_file.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/catalogue.h"
#include "harness/runs/installation.h"
#include "harness/runs/profiled_run.h"
#include "harness/scenarios.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;

struct Listing {
  std::vector<workloads::Spec> specs;
  std::vector<Sweep> sweeps;
  Catalogue catalogue;
};

double seconds(const workloads::Spec& spec) {
  return static_cast<double>(expected_duration_ns(spec)) / 1e9;
}

// "fault NAME, NAME" where a seeded fault is tried, else "peer WHO"; "" for a scenario that the
// catalogue does not know.
std::string caught_by(const Catalogue& catalogue, const std::string& scenario) {
  const Catch* caught = catalogue.catch_of(scenario);
  if (caught == nullptr) return "";
  if (caught->faults.empty()) return "peer " + caught->peer;
  return fmt::format("fault {}", fmt::join(caught->faults, ", "));
}

std::vector<std::int64_t> rows_of(const Catalogue& catalogue, const std::string& scenario) {
  std::vector<std::int64_t> rows;
  for (const FailureMode* mode : catalogue.modes_of(scenario)) rows.push_back(mode->row);
  return rows;
}

std::string rows_text(const Catalogue& catalogue, const std::string& scenario) {
  return fmt::format("{}", fmt::join(rows_of(catalogue, scenario), " "));
}

Json suites_as_json() {
  Json json = Json::array();
  for (const Suite& suite : suites()) {
    json.push_back({{"name", suite.name},
                    {"description", suite.description},
                    {"scenarios", suite.scenarios},
                    {"repeats", suite.repeats},
                    {"most_repeats", suite.most_repeats}});
  }
  return json;
}

// The category that a sweep's curve is about, or what else.
std::string_view figure_of(const Sweep& sweep) {
  return sweep.category ? format::kCategoryIds[static_cast<std::size_t>(*sweep.category)]
                        : std::string_view("functions");
}

Json sweeps_as_json(const Listing& listing) {
  Json json = Json::array();
  for (const Sweep& sweep : listing.sweeps) {
    Json values = Json::array();
    for (const SweepPoint& point : sweep.points) values.push_back(point.value);
    json.push_back({{"name", sweep.name},
                    {"description", sweep.description},
                    {"parameter", sweep.parameter},
                    {"figure", figure_of(sweep)},
                    {"values", values},
                    {"failure_modes", rows_of(listing.catalogue, sweep.name)},
                    {"catches", caught_by(listing.catalogue, sweep.name)}});
  }
  return json;
}

Json as_json(const Listing& listing) {
  Json json = {{"suites", suites_as_json()},
               {"scenarios", Json::array()},
               {"sweeps", sweeps_as_json(listing)},
               {"failure_modes", Json::array()}};
  for (const workloads::Spec& spec : listing.specs) {
    json["scenarios"].push_back({{"name", spec.name},
                                 {"description", spec.description},
                                 {"workers", spec.workers},
                                 {"requests", workloads::request_count(spec)},
                                 {"expected_s", seconds(spec)},
                                 {"failure_modes", rows_of(listing.catalogue, spec.name)},
                                 {"catches", caught_by(listing.catalogue, spec.name)}});
  }
  for (const FailureMode& mode : listing.catalogue.modes) {
    json["failure_modes"].push_back({{"row", mode.row},
                                     {"mode", mode.mode},
                                     {"fails", mode.fails},
                                     {"source", mode.source},
                                     {"scenarios", mode.scenarios},
                                     {"why_not", mode.why_not}});
  }
  return json;
}

std::string as_tables(const Listing& listing, bool coloured) {
  io::TextTable suite_table({{"suite"}, {"runs", io::Align::kRight}, {"scenarios"}, {"what"}});
  for (const Suite& suite : suites()) {
    const std::string runs = suite.most_repeats > suite.repeats
                                 ? fmt::format("{}-{}", suite.repeats, suite.most_repeats)
                                 : std::to_string(suite.repeats);
    suite_table.add_row({std::string(suite.name), runs,
                         fmt::format("{}", fmt::join(suite.scenarios, ", ")),
                         std::string(suite.description)});
  }
  io::TextTable table({{"scenario"},
                       {"mode", io::Align::kRight},
                       {"s per run", io::Align::kRight},
                       {"what"},
                       {"catches"}});
  for (const workloads::Spec& spec : listing.specs) {
    table.add_row({spec.name, rows_text(listing.catalogue, spec.name),
                   fmt::format("{:.1f}", seconds(spec)), spec.description,
                   caught_by(listing.catalogue, spec.name)});
  }
  table.add_rule();
  for (const Sweep& sweep : listing.sweeps) {
    table.add_row({sweep.name, rows_text(listing.catalogue, sweep.name), "sweep",
                   fmt::format("{} ({})", sweep.description, sweep.parameter),
                   caught_by(listing.catalogue, sweep.name)});
  }
  return suite_table.text(coloured) + "\n" + table.text(coloured) +
         "\nmode: its numbers in `plumbline list --modes`\n";
}

std::string modes_as_table(const Catalogue& catalogue, bool coloured) {
  io::TextTable table({{"", io::Align::kRight},
                       {"what happens"},
                       {"who is wrong, and how"},
                       {"scenarios"},
                       {"source"}});
  for (const FailureMode& mode : catalogue.modes) {
    table.add_row({std::to_string(mode.row), mode.mode, mode.fails,
                   mode.scenarios.empty() ? "none: " + mode.why_not
                                          : fmt::format("{}", fmt::join(mode.scenarios, ", ")),
                   mode.source});
  }
  return table.text(coloured);
}

}  // namespace

void add_list_command(CLI::App& app, Outcome&) {
  CLI::App* command =
      app.add_subcommand("list", "what there is to run, and which failure of profilers it shows");
  const auto json = std::make_shared<bool>(false);
  const auto modes = std::make_shared<bool>(false);
  const auto schema = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "everything, for programs");
  command->add_flag("--modes", *modes, "the known ways to be wrong, who is, and the sources");
  command->add_flag("--schema", *schema, "the JSON Schema of a scenario file");
  command->footer("Examples:\n  plumbline list --modes\n  plumbline list --json");
  command->callback([json, modes, schema] {
    const Installation installation = find_installation();
    if (*schema)
      return io::write_standard_output(
          std::string(io::MappedFile(installation.scenario_schema).text()));
    const Listing listing{installed_scenarios(installation.scenarios),
                          installed_sweeps(installation.sweeps),
                          read_catalogue(installation.catalogue)};
    const bool coloured = io::colour_wanted(STDOUT_FILENO);
    if (*json) return io::write_standard_output(as_json(listing).dump(2) + "\n");
    io::write_standard_output(*modes ? modes_as_table(listing.catalogue, coloured)
                                     : as_tables(listing, coloured));
  });
}

}  // namespace plumbline::harness
