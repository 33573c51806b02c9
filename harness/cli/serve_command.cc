#include "harness/cli/serve_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "analysis/io/error.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "harness/cli/page_input.h"
#include "harness/cli/page_server.h"
#include "harness/runs/interruption.h"

namespace plumbline::harness {
namespace {

struct ServeArguments {
  PageInput input;
  std::uint16_t port = 0;
};

// Made again when the file has changed: a recording may still grow.
class CurrentPage {
 public:
  explicit CurrentPage(PageInput input) : input_(std::move(input)) { refresh(); }

  Served served() {
    try {
      refresh();
      return {200, html_};
    } catch (const std::exception& error) {
      const std::string what =
          fmt::format("{}; serve shows it again once it can be read", error.what());
      fmt::print(stderr, "plumbline: {}\n", io::terminal_safe(what));
      return {410, what + "\n"};
    }
  }

 private:
  void refresh() {
    namespace fs = std::filesystem;
    fs::path file = input_.path;
    if (fs::is_directory(file)) file /= "results.json";
    std::error_code missing;
    const auto changed = fs::last_write_time(file, missing);
    if (!missing && !html_.empty() && changed == changed_) return;
    html_ = page_of(input_).html;
    changed_ = changed;
  }

  const PageInput input_;
  std::filesystem::file_time_type changed_{};
  std::string html_;
};

void serve(const ServeArguments& arguments) {
  const Interruption interruption;
  CurrentPage page(arguments.input);
  PageServer server(arguments.port, [&] { return page.served(); });
  io::write_standard_output(server.url() + "\n");
  fmt::print(stderr, "plumbline: serving {} to this machine; Ctrl-C ends\n",
             io::terminal_safe(arguments.input.path));
  server.serve(interruption.descriptor());
  interruption.throw_if_any();
}

}  // namespace

void add_serve_command(CLI::App& app, Outcome&) {
  CLI::App* command =
      app.add_subcommand("serve", "the page of `report` on 127.0.0.1, until Ctrl-C");
  const auto arguments = std::make_shared<ServeArguments>();
  command
      ->add_option("input", arguments->input.path,
                   "a recording (.plumb), results.json, or a folder with one")
      ->required();
  command->add_option("--port", arguments->port, "of 127.0.0.1 (default: any that is free)")
      ->option_text("PORT");
  command
      ->add_option("--own", arguments->input.own_prefixes,
                   "paths of modules that begin so are your code (default: the program's folder)")
      ->option_text("PREFIX ...");
  command->footer(
      "Prints the address, whose path is random: only who knows it sees the page. Nothing but "
      "this\n"
      "page is served. A changed file is read again when the page is loaded again.\n"
      "Examples:\n"
      "  plumbline serve shop.plumb\n"
      "  plumbline serve results/runs/nightly --port 8080\n"
      "Exit codes: 2: an input without a page, a port in use; 130: ended by Ctrl-C");
  command->callback([arguments] { serve(*arguments); });
}

}  // namespace plumbline::harness
