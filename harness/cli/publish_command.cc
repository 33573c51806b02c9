#include "harness/cli/publish_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "analysis/io/atomic_file.h"
#include "analysis/io/standard_output.h"
#include "harness/publish/formats.h"
#include "harness/results/results_reader.h"

namespace plumbline::harness {
namespace {

struct PublishArguments {
  std::string path, format, output;
};

// Rows are short: they are gathered into writes of this size.
constexpr std::size_t kBufferBytes = 1 << 18;

template <typename Write>
void write_buffered(const publish::Format& format, const Results& results, const Write& write) {
  std::string buffer;
  format.write(results, [&](std::string_view text) {
    buffer += text;
    if (buffer.size() < kBufferBytes) return;
    write(buffer);
    buffer.clear();
  });
  write(buffer);
}

void publish_result(const PublishArguments& arguments) {
  const auto formats = publish::formats();
  const auto format = std::find_if(
      formats.begin(), formats.end(),
      [&](const publish::Format& candidate) { return candidate.name == arguments.format; });
  const Results results = read_results(arguments.path);
  if (arguments.output.empty()) {
    write_buffered(*format, results,
                   [](const std::string& text) { io::write_standard_output(text); });
    return;
  }
  io::AtomicFile file(arguments.output);
  write_buffered(*format, results, [&](const std::string& text) { file.append(text); });
  file.commit();
}

std::string formats_text() {
  std::string text = "Formats:\n";
  for (const publish::Format& format : publish::formats()) {
    text += fmt::format("  {:<17} {}\n", format.name, format.what);
  }
  return text;
}

}  // namespace

void add_publish_command(CLI::App& app, Outcome&) {
  CLI::App* command =
      app.add_subcommand("publish", "a result in the formats that other tools read");
  const auto arguments = std::make_shared<PublishArguments>();
  std::vector<std::string> names;
  for (const publish::Format& format : publish::formats()) names.emplace_back(format.name);
  command->add_option("result", arguments->path, "results.json, or a folder with one")->required();
  command->add_option("--as", arguments->format, "the format, see below")
      ->required()
      ->check(CLI::IsMember(names));
  command->add_option("-o,--output", arguments->output, "file to write (default: standard output)");
  command->footer(
      formats_text() +
      "Examples:\n"
      "  plumbline publish results/runs/nightly --as junit -o junit.xml\n"
      "  plumbline publish results/runs/nightly --as markdown\n"
      "  plumbline publish a/results.json --as gbench -o a.json   # compare.py benchmarks "
      "a.json b.json\n"
      "  plumbline publish results/runs/nightly --as bmf -o bmf.json   # bencher run "
      "--adapter json --file bmf.json\n"
      "Exit codes: 0 published, whatever the verdict in it; 2 unusable input.");
  command->callback([arguments] { publish_result(*arguments); });
}

}  // namespace plumbline::harness
