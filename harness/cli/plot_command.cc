#include "harness/cli/plot_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "analysis/io/standard_output.h"
#include "harness/figures.h"
#include "harness/runs/installation.h"

namespace plumbline::harness {

void add_plot_command(CLI::App& app, Outcome&) {
  CLI::App* command = app.add_subcommand("plot", "draw the figures of a result (again)");
  const auto directory = std::make_shared<std::string>();
  command->add_option("directory", *directory, "a folder with a results.json")->required();
  command->footer("Example:\n  plumbline plot results/runs/standard-20261122T083000Z");
  command->callback([directory] {
    const Interruption interruption;
    const auto files = draw_figures(find_installation().plots, *directory, interruption);
    io::write_standard_output(fmt::format("{}\n", fmt::join(files, "\n")));
  });
}

}  // namespace plumbline::harness
