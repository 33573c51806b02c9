#include "harness/cli/history_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "harness/figures.h"
#include "harness/history/history.h"
#include "harness/history/history_export.h"
#include "harness/history/series.h"
#include "harness/results/results_reader.h"
#include "harness/runs/installation.h"

namespace plumbline::harness {
namespace {

struct HistoryArguments {
  std::string database = "results/history.sqlite";
  std::vector<std::string> results;
  HistoryFilter filter;
  std::string format = "csv", output;
  std::string folder = "results/history";
  EDivisiveOptions options;
  bool json = false;
};

std::string dumped(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void add(const HistoryArguments& arguments) {
  History history(arguments.database, History::Open::kOrNew);
  for (const std::string& place : arguments.results) {
    const bool added = history.add(read_results(place), place);
    fmt::print(stderr, "{}: {}\n", io::terminal_safe(place), added ? "added" : "was there");
  }
}

void list(const HistoryArguments& arguments) {
  const std::vector<HistoryEntry> entries =
      History(arguments.database, History::Open::kExisting).list(arguments.filter);
  io::write_standard_output(arguments.json ? dumped(entries_json(entries)) : entries_text(entries));
}

void write(const HistoryArguments& arguments) {
  const std::vector<HistoryFigure> figures =
      History(arguments.database, History::Open::kExisting).figures(arguments.filter);
  const std::string text =
      arguments.format == "csv" ? history_csv(figures) : dumped(history_json(figures));
  if (arguments.output.empty()) return io::write_standard_output(text);
  io::write_file_atomically(arguments.output, text);
}

void plot(const HistoryArguments& arguments) {
  std::vector<HistoryFigure> figures =
      History(arguments.database, History::Open::kExisting).figures(arguments.filter);
  if (figures.empty()) {
    throw io::InputError(arguments.database +
                         ": has no such figures; `plumbline history list` "
                         "shows what it has");
  }
  const std::vector<Series> series = series_of(std::move(figures), arguments.options);
  const nlohmann::ordered_json json = series_json(series, arguments.options.significance);
  std::error_code error;
  std::filesystem::create_directories(arguments.folder, error);
  if (error) throw io::system_failure(arguments.folder, "cannot hold figures", error.value());
  const std::filesystem::path file = std::filesystem::path(arguments.folder) / "history.json";
  io::write_file_atomically(file, dumped(json));
  io::write_standard_output(arguments.json ? dumped(json)
                                           : changes_text(series, arguments.options.significance));
  const Interruption interruption;
  for (const std::string& drawn :
       run_plot(find_installation().plots, "history.py", file, interruption)) {
    fmt::print(stderr, "figure: {}\n", io::terminal_safe(drawn));
  }
}

void add_filters_of_results(CLI::App& command, HistoryFilter& filter) {
  command.add_option("--name", filter.name, "of the experiment: a suite or a scenario; or a glob");
  command.add_option("--machine", filter.machine, "fingerprint of the machine, or a glob");
  command.add_option("--git", filter.git, "revision, or a glob");
  command.add_option("--since", filter.since, "such as 2026-11-23 or 2026-11-23T08:00:00Z");
  command.add_option("--until", filter.until, "the same");
  command.add_option("--last", filter.last, "only so many results, the latest")
      ->check(CLI::Range(1, 1'000'000));
}

void add_filters_of_figures(CLI::App& command, HistoryFilter& filter) {
  command.add_option("--kind", filter.kind, "cell, function, links or conservation");
  command.add_option("--scenario", filter.scenario, "or a glob");
  command.add_option("--profiler", filter.profiler, "or a glob");
  command.add_option("--endpoint", filter.endpoint, "or a glob");
  command.add_option("--figure", filter.figure, "category, function or field; or a glob");
}

using SharedArguments = std::shared_ptr<HistoryArguments>;

void add_add(CLI::App& history, const SharedArguments& arguments) {
  CLI::App* command =
      history.add_subcommand("add", "add results; one that is there stays as it is");
  command->add_option("results", arguments->results, "results.json, or folders with one")
      ->required();
  command->callback([arguments] { add(*arguments); });
}

void add_list(CLI::App& history, const SharedArguments& arguments) {
  CLI::App* command = history.add_subcommand("list", "which results there are");
  add_filters_of_results(*command, arguments->filter);
  command->add_flag("--json", arguments->json, "for programs");
  command->callback([arguments] { list(*arguments); });
}

void add_export(CLI::App& history, const SharedArguments& arguments) {
  CLI::App* command = history.add_subcommand("export", "every figure, for other tools");
  add_filters_of_results(*command, arguments->filter);
  add_filters_of_figures(*command, arguments->filter);
  command->add_option("--as", arguments->format, "csv or json")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output, "file to write (default: standard output)");
  command->callback([arguments] { write(*arguments); });
}

void add_plot(CLI::App& history, const SharedArguments& arguments) {
  CLI::App* command = history.add_subcommand("plot", "figures over time, and where they changed");
  add_filters_of_results(*command, arguments->filter);
  add_filters_of_figures(*command, arguments->filter);
  command->add_option("-o,--output", arguments->folder, "folder for the figures")
      ->capture_default_str();
  command
      ->add_option("--significance", arguments->options.significance,
                   "chance that a series without a change shows one")
      ->check(CLI::Range(0.001, 0.5))
      ->capture_default_str();
  command->add_option("--seed", arguments->options.seed, "of the permutations")
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "the series and their changes, for programs");
  command->callback([arguments] { plot(*arguments); });
}

}  // namespace

void add_history_command(CLI::App& app, Outcome&) {
  CLI::App* command = app.add_subcommand("history", "results over time: add, list, export, plot");
  const auto arguments = std::make_shared<HistoryArguments>();
  command->add_option("--db", arguments->database, "the SQLite file")->capture_default_str();
  command->require_subcommand(1);
  command->fallthrough();
  add_add(*command, arguments);
  add_list(*command, arguments);
  add_export(*command, arguments);
  add_plot(*command, arguments);
  command->footer(
      "Examples:\n"
      "  plumbline history add results/runs/*\n"
      "  plumbline history list --name standard --last 10\n"
      "  plumbline history export --scenario standard --figure cpu -o cpu.csv\n"
      "  plumbline history plot --scenario standard -o results/history\n"
      "Exit codes: 0 done; 2 unusable input: no result, a database that is damaged or another's.");
}

}  // namespace plumbline::harness
