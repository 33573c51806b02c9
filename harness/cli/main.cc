// plumbline: the one command line. Each command is in its own file; here is what they share: the
// mapping of every way to end onto the documented exit codes, and one line for each error.
// Thread rule: this thread does everything. Failure rule: exit 2, or the signal that came.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "analysis/io/terminal_text.h"
#include "harness/build_info.h"
#include "harness/cli/check_command.h"
#include "harness/cli/command.h"
#include "harness/cli/compare_command.h"
#include "harness/cli/coverage_command.h"
#include "harness/cli/diff_command.h"
#include "harness/cli/endpoints_command.h"
#include "harness/cli/export_command.h"
#include "harness/cli/history_command.h"
#include "harness/cli/hotspots_command.h"
#include "harness/cli/info_command.h"
#include "harness/cli/ledger_command.h"
#include "harness/cli/list_command.h"
#include "harness/cli/locks_command.h"
#include "harness/cli/merge_command.h"
#include "harness/cli/overhead_command.h"
#include "harness/cli/plot_command.h"
#include "harness/cli/publish_command.h"
#include "harness/cli/record_command.h"
#include "harness/cli/report_command.h"
#include "harness/cli/run_command.h"
#include "harness/cli/score_command.h"
#include "harness/cli/selfcheck_command.h"
#include "harness/cli/selftest_command.h"
#include "harness/cli/serve_command.h"
#include "harness/cli/threads_command.h"
#include "harness/runs/interruption.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

std::string version_text() {
  return fmt::format("plumbline {}{}{} ({})", build_info::kVersion,
                     build_info::kGitRevision.empty() ? "" : " ", build_info::kGitRevision,
                     build_info::kCompiler);
}

void set_up(CLI::App& app, Outcome& outcome) {
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  plumbline run                      is the profiler true? The standard suite\n"
      "  plumbline record -- ./server       run a program under the profiler\n"
      "  plumbline endpoints x.plumb        where the time of each endpoint went\n"
      "  plumbline hotspots x.plumb         by category, method and call tree\n"
      "  plumbline COMMAND --help           options and examples of a command");
  add_record_command(app, outcome);
  add_run_command(app, outcome);
  add_info_command(app, outcome);
  add_endpoints_command(app, outcome);
  add_hotspots_command(app, outcome);
  add_locks_command(app, outcome);
  add_diff_command(app, outcome);
  add_export_command(app, outcome);
  add_threads_command(app, outcome);
  add_report_command(app, outcome);
  add_serve_command(app, outcome);
  add_ledger_command(app, outcome);
  add_plot_command(app, outcome);
  add_publish_command(app, outcome);
  add_score_command(app, outcome);
  add_overhead_command(app, outcome);
  add_coverage_command(app, outcome);
  add_check_command(app, outcome);
  add_compare_command(app, outcome);
  add_merge_command(app, outcome);
  add_history_command(app, outcome);
  add_selfcheck_command(app, outcome);
  add_selftest_command(app, outcome);
  add_list_command(app, outcome);
}

int complain(const std::string& what) {
  fmt::print(stderr, "plumbline: {}\n", io::terminal_safe(what));
  return kExitUnusable;
}

// --help and --version are "errors" with code 0; every other code of CLI11's own becomes 2.
int explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  return complain(fmt::format("{}; see plumbline --help", error.what()));
}

int run(int argc, char** argv) {
  CLI::App app("Plumbline: a span-linked profiler, and the proof of how true it is.");
  Outcome outcome;
  set_up(app, outcome);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
  return outcome.exit_code;
}

}  // namespace
}  // namespace plumbline::harness

int main(int argc, char** argv) {
  try {
    return plumbline::harness::run(argc, argv);
  } catch (const plumbline::harness::Interrupted& interrupted) {
    // Everything was cleaned up on the way here; now end as the sender expects.
    signal(interrupted.signal, SIG_DFL);
    raise(interrupted.signal);
    return 128 + interrupted.signal;
  } catch (const std::exception& error) {
    return plumbline::harness::complain(error.what());
  }
}
