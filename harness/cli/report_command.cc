#include "harness/cli/report_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "analysis/io/atomic_file.h"
#include "analysis/io/terminal_text.h"
#include "harness/cli/page_input.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

struct ReportArguments {
  PageInput input;
  std::string output = "page.html";
};

void write_report(const ReportArguments& arguments, Outcome& outcome) {
  const Page page = page_of(arguments.input);
  io::write_file_atomically(arguments.output, page.html);
  fmt::print(stderr, "wrote {} ({:.1f} MB): open it in a browser\n",
             io::terminal_safe(arguments.output), static_cast<double>(page.html.size()) / 1e6);
  if (page.damage.empty()) return;
  fmt::print(stderr, "plumbline: {}: {}; the page shows what is before that\n",
             io::terminal_safe(arguments.input.path), page.damage);
  outcome.exit_code = kExitUnusable;
}

}  // namespace

void add_report_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command =
      app.add_subcommand("report", "a page to look at: traces, hotspots, flame graphs, accuracy");
  const auto arguments = std::make_shared<ReportArguments>();
  command
      ->add_option("input", arguments->input.path,
                   "a recording (.plumb), results.json, or a folder with one")
      ->required();
  command->add_option("-o,--output", arguments->output, "the page")
      ->option_text("FILE (page.html)");
  command
      ->add_option("--own", arguments->input.own_prefixes,
                   "paths of modules that begin so are your code (default: the program's folder)")
      ->option_text("PREFIX ...");
  command->footer(
      "The page is one file with all of its data; it asks for nothing from anywhere.\n"
      "Examples:\n"
      "  plumbline report shop.plumb -o shop.html\n"
      "  plumbline report results/runs/nightly -o accuracy.html\n"
      "Exit codes: 0; 2: an input that cannot be read or is damaged, a page that cannot be "
      "written");
  command->callback([arguments, &outcome] { write_report(*arguments, outcome); });
}

}  // namespace plumbline::harness
