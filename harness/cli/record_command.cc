#include "harness/cli/record_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "analysis/io/error.h"
#include "harness/runs/installation.h"
#include "harness/runs/target_program.h"

namespace plumbline::harness {
namespace {

namespace fs = std::filesystem;

struct RecordArguments {
  std::string output;
  std::string library;
  bool follow = false;
  int rate_hz = 0;  // 0: the profiler's own default
  int budget_percent = 0;
  std::string clock, unwinder, compress;
  std::vector<std::string> command;
};

// Never an existing file: the profiler would refuse to write over it, when the program runs.
fs::path output_file(const RecordArguments& arguments, const fs::path& program) {
  const fs::path chosen = arguments.output.empty()
                              ? fmt::format("{}.{}.plumb", program.filename().string(), getpid())
                              : arguments.output;
  fs::path file = fs::absolute(chosen);
  std::error_code error;
  if (fs::exists(file, error)) {
    throw io::InputError(file.string() + ": exists already; remove it or choose another with -o");
  }
  if (!fs::is_directory(file.parent_path(), error)) {
    throw io::InputError(file.parent_path().string() + ": no such folder for the recording");
  }
  if (access(file.parent_path().c_str(), W_OK) != 0) {
    throw io::system_failure(file.parent_path(), "the recording cannot be written", errno);
  }
  return file;
}

std::string options_text(const RecordArguments& arguments) {
  std::vector<std::string> options;
  if (arguments.rate_hz != 0) options.push_back(fmt::format("rate={}", arguments.rate_hz));
  if (arguments.budget_percent != 0) {
    options.push_back(fmt::format("budget={}", arguments.budget_percent));
  }
  if (!arguments.clock.empty()) options.push_back("clock=" + arguments.clock);
  if (!arguments.unwinder.empty()) options.push_back("unwind=" + arguments.unwinder);
  if (!arguments.compress.empty()) options.push_back("compress=" + arguments.compress);
  if (arguments.follow) options.emplace_back("follow=yes");
  return fmt::format("{}", fmt::join(options, ","));
}

fs::path library_of(const RecordArguments& arguments) {
  fs::path library =
      arguments.library.empty() ? find_installation().library : fs::absolute(arguments.library);
  std::error_code error;
  if (fs::exists(library, error)) return library;
  throw io::InputError(library.string() +
                       ": no such profiler library; build it, or name one with --library");
}

// Ours first; what the user preloads stays.
std::string preload_text(const fs::path& library) {
  const char* others = std::getenv("LD_PRELOAD");
  const bool alone = others == nullptr || *others == '\0';
  return alone ? library.string() : fmt::format("{}:{}", library.string(), others);
}

[[noreturn]] void become(const fs::path& program, const std::vector<std::string>& command) {
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(program.c_str(), words.data());
  throw io::system_failure(program, "cannot be run", errno);
}

[[noreturn]] void record(const RecordArguments& arguments) {
  const fs::path program = find_program(arguments.command.front());
  check_can_be_recorded(program);
  const fs::path output = output_file(arguments, program);
  setenv("LD_PRELOAD", preload_text(library_of(arguments)).c_str(), 1);
  setenv("PLUMBLINE_OUTPUT", output.c_str(), 1);
  setenv("PLUMBLINE_OPTIONS", options_text(arguments).c_str(), 1);
  fmt::print(stderr, "plumbline: recording {} to {}\n", program.filename().string(),
             output.string());
  become(program, arguments.command);
}

}  // namespace

void add_record_command(CLI::App& app, Outcome&) {
  CLI::App* command = app.add_subcommand("record", "run a program under the profiler");
  const auto arguments = std::make_shared<RecordArguments>();
  command->add_option("-o,--output", arguments->output,
                      "the recording (default: PROGRAM.PID.plumb in this folder)");
  command->add_flag("--follow", arguments->follow,
                    "record also the processes that it starts, each to a file of its own");
  command
      ->add_option("--rate", arguments->rate_hz,
                   "samples per second of CPU, 1 to 10000 (default: 199)")
      ->check(CLI::Range(1, 10'000));
  command
      ->add_option("--budget", arguments->budget_percent,
                   "sample less while the profiler takes more than PERCENT of the program's CPU, 1 "
                   "to 100 (default: 2; with --rate: no limit)")
      ->check(CLI::Range(1, 100))
      ->option_text("PERCENT");
  command->add_option("--clock", arguments->clock, "sampling clock: auto, perf, timer or none")
      ->check(CLI::IsMember({"auto", "perf", "timer", "none"}));
  command->add_option("--unwind", arguments->unwinder, "stacks by cfi (default), fp or libunwind")
      ->check(CLI::IsMember({"cfi", "fp", "libunwind"}));
  command
      ->add_option("--compress", arguments->compress,
                   "the recording, with zstd: yes (default) or no")
      ->check(CLI::IsMember({"yes", "no"}));
  command->add_option("--library", arguments->library, "the profiler library to use");
  command->add_option("command", arguments->command, "the program and its arguments")->required();
  command->positionals_at_end();
  command->prefix_command(false);
  command->footer(
      "The exit status is the program's own. Examples:\n"
      "  plumbline record -- ./server --port 8080\n"
      "  plumbline record --follow -o build.plumb -- make -j4\n"
      "  plumbline endpoints server.1234.plumb");
  command->callback([arguments] { record(*arguments); });
}

}  // namespace plumbline::harness
