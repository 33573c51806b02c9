#include "harness/cli/endpoints_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "harness/cli/endpoints_view.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

struct Arguments {
  std::vector<std::string> files;
  bool json = false, unlike = false;
  EndpointSort sort;
};

void show(const Arguments& arguments, Outcome& outcome) {
  const EndpointsView view = read_endpoints(arguments.files, arguments.sort);
  if (!arguments.unlike) {
    std::vector<RecordedProgram> programs;
    for (const RecordingFile& file : view.files) programs.push_back(file.program);
    require_like_programs(programs);
  }
  io::write_standard_output(arguments.json
                                ? endpoints_json(view)
                                : endpoints_text(view, io::colour_wanted(STDOUT_FILENO)));
  if (!view.intact()) outcome.exit_code = kExitUnusable;
}

void add_options(CLI::App& command, Arguments& arguments) {
  command
      .add_option("files", arguments.files,
                  "recordings (.plumb); several: their sums, and each endpoint over them")
      ->required();
  command.add_flag("--json", arguments.json,
                   "for programs: results/schema/endpoints-1.schema.json");
  command
      .add_option("--sort", arguments.sort.by,
                  "wall, a category, p50, p95, p99, max, count, elapsed or queue; largest first")
      ->check(CLI::IsMember(kEndpointSortKeys))
      ->option_text("KEY (wall)");
  command.add_flag("--per-call", arguments.sort.per_call,
                   "times are divided by the requests, and so ordered");
  command.add_flag("--unlike", arguments.unlike, "take recordings of unlike programs together");
}

}  // namespace

void add_endpoints_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("endpoints", "where the time of each endpoint went");
  const auto arguments = std::make_shared<Arguments>();
  add_options(*command, *arguments);
  command->footer(
      "Examples:\n"
      "  plumbline endpoints server.plumb --sort p99\n"
      "  plumbline endpoints server.plumb --sort lock --per-call\n"
      "  plumbline endpoints monday.plumb tuesday.plumb wednesday.plumb   # over time\n"
      "Exit codes: 0; 2: a recording that cannot be read, is damaged or is of another program");
  command->callback([arguments, &outcome] { show(*arguments, outcome); });
}

}  // namespace plumbline::harness
