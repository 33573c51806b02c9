#include "harness/cli/merge_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "analysis/io/error.h"
#include "harness/cli/shown_result.h"
#include "harness/figures.h"
#include "harness/results/results_reader.h"
#include "harness/results/results_writer.h"
#include "harness/runs/installation.h"
#include "harness/shards/merge.h"

namespace plumbline::harness {
namespace {

struct MergeArguments {
  std::vector<std::string> shards;
  std::string output;
  bool force_unlike = false, figures = true, json = false;
};

// The recordings stay where they are, and so must the results that they belong to.
void check_output(const MergeArguments& arguments) {
  std::error_code ignored;
  for (const std::string& shard : arguments.shards) {
    std::filesystem::path folder = shard;
    if (!std::filesystem::is_directory(folder, ignored)) folder = folder.parent_path();
    if (folder.empty()) folder = ".";
    if (std::filesystem::equivalent(folder, arguments.output, ignored)) {
      throw io::InputError(
          fmt::format("-o {}: is the folder of a shard, whose result would be lost; name another",
                      arguments.output));
    }
  }
}

std::vector<std::string> figures_or_reason(const MergeArguments& arguments) {
  if (!arguments.figures) return {};
  try {
    const Interruption interruption;
    return draw_figures(find_installation().plots, arguments.output, interruption);
  } catch (const io::InputError& error) {
    return {fmt::format("none: {}", error.what())};
  }
}

void merge(const MergeArguments& arguments, Outcome& outcome) {
  check_output(arguments);
  std::vector<ShardResult> shards;
  for (const std::string& shard : arguments.shards) shards.push_back({shard, read_results(shard)});
  const Results merged = merge_shards(std::move(shards), arguments.force_unlike);
  std::error_code error;
  std::filesystem::create_directories(arguments.output, error);
  if (error) throw io::system_failure(arguments.output, "cannot hold results", error.value());
  write_results(merged, std::filesystem::path(arguments.output) / "results.json");
  const std::vector<std::string> figures = figures_or_reason(arguments);
  show_result(merged, arguments.output, figures, arguments.json, outcome);
}

}  // namespace

void add_merge_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("merge", "one result of those of all shards");
  const auto arguments = std::make_shared<MergeArguments>();
  command
      ->add_option("shards", arguments->shards,
                   "results.json, or folders with one: of every shard, in any order")
      ->required();
  command->add_option("-o,--output", arguments->output, "folder for the merged result")->required();
  command->add_flag("--force-unlike", arguments->force_unlike,
                    "merge even what ran on unlike machines; the result says so");
  command->add_flag("!--no-figures", arguments->figures, "write results.json alone");
  command->add_flag("--json", arguments->json, "print the merged results.json instead of tables");
  command->footer(
      "Recordings and ledgers stay in the folders of the shards.\n"
      "Examples:\n"
      "  plumbline run --suite full --shard 1/2 -o s1    # on one machine\n"
      "  plumbline run --suite full --shard 2/2 -o s2    # on another like it\n"
      "  plumbline merge s1 s2 -o whole\n"
      "Exit codes: those of the whole: 0 passed, 1 gate failed, 3 inconclusive or machine unfit,\n"
      "77 everything skipped; 2 a shard is missing, there twice, or not of this experiment.");
  command->callback([arguments, &outcome] { merge(*arguments, outcome); });
}

}  // namespace plumbline::harness
