#include "harness/cli/endpoints_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "harness/cli/endpoints_view.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

struct EndpointsArguments {
  EndpointsQuestion question;
  bool json = false, fail = false;
};

bool has_regressed(const EndpointsView& view) {
  if (!view.baseline) return false;
  const std::vector<EndpointChange>& changes = view.baseline->changes;
  return std::any_of(changes.begin(), changes.end(), [](const EndpointChange& change) {
    return change.verdict == EndpointVerdict::kRegressed;
  });
}

void show(const EndpointsArguments& arguments, Outcome& outcome) {
  const EndpointsView view = read_endpoints(arguments.question);
  io::write_standard_output(arguments.json
                                ? endpoints_json(view)
                                : endpoints_text(view, io::colour_wanted(STDOUT_FILENO)));
  if (!view.intact()) {
    outcome.exit_code = kExitUnusable;
  } else if (arguments.fail && has_regressed(view)) {
    outcome.exit_code = kExitGateFailed;
  }
}

void add_baseline_options(CLI::App& command, EndpointsArguments& arguments) {
  EndpointsQuestion& question = arguments.question;
  command
      .add_option("--baseline", question.baselines,
                  "recordings from before: what regressed since, and what is new")
      ->option_text("FILE ...");
  command
      .add_option("--least-change", question.changes.least_change_percent,
                  "of what a request takes: a change is tested to be more")
      ->check(CLI::Range(0.0, 100.0))
      ->option_text("PERCENT (5)");
  command
      .add_option("--false-discovery-rate", question.changes.false_discovery_rate,
                  "of all changes that are named, so many may be none")
      ->check(CLI::Range(1e-9, 0.5))
      ->option_text("RATE (0.01)");
  command.add_flag("--fail-if-regressed", arguments.fail, "end with 1 if an endpoint regressed");
}

void add_options(CLI::App& command, EndpointsArguments& arguments) {
  EndpointsQuestion& question = arguments.question;
  command
      .add_option("files", question.files,
                  "recordings (.plumb); several: their sums, and each endpoint over them")
      ->required();
  command.add_flag("--json", arguments.json,
                   "for programs: results/schema/endpoints-1.schema.json");
  command
      .add_option("--sort", question.sort.by,
                  "wall, a category, p50, p95, p99, max, count, elapsed or queue; largest first")
      ->check(CLI::IsMember(kEndpointSortKeys))
      ->option_text("KEY (wall)");
  command.add_flag("--per-call", question.sort.per_call,
                   "times are divided by the requests, and so ordered");
  command.add_flag("--unlike", question.unlike, "take recordings of unlike programs together");
  add_baseline_options(command, arguments);
}

}  // namespace

void add_endpoints_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("endpoints", "where the time of each endpoint went");
  const auto arguments = std::make_shared<EndpointsArguments>();
  add_options(*command, *arguments);
  command->footer(
      "Examples:\n"
      "  plumbline endpoints server.plumb --sort p99\n"
      "  plumbline endpoints server.plumb --sort lock --per-call\n"
      "  plumbline endpoints monday.plumb tuesday.plumb wednesday.plumb   # over time\n"
      "  plumbline endpoints new.plumb --baseline old.plumb --fail-if-regressed\n"
      "Exit codes: 0; 1: --fail-if-regressed, and one did; 2: a recording that cannot be read, is\n"
      "damaged or is of another program");
  command->callback([arguments, &outcome] { show(*arguments, outcome); });
}

}  // namespace plumbline::harness
