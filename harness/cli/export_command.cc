#include "harness/cli/export_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "analysis/exports/exports.h"
#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "analysis/io/terminal_text.h"
#include "analysis/recording/reader.h"
#include "harness/cli/selection_options.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

struct ExportArguments {
  std::string file, output, format, category, flavor = "plumbline";
  SelectionOptions selection;
  bool experimental = false, lines = false;
};

constexpr std::array<std::string_view, 7> kFormats = {
    "pprof", "otlp-spans", "otlp-profiles", "otlp", "folded", "speedscope", "chrome"};

// Pieces are short: they are gathered into writes of this size.
constexpr std::size_t kBufferBytes = 1 << 18;

exports::Losses write_format(const ExportArguments& arguments, const exports::Selection& selection,
                             const exports::Sink& sink) {
  if (arguments.format == "pprof") {
    const bool datadog = arguments.flavor == "datadog";
    return exports::export_pprof(
        selection, datadog ? exports::PprofLabels::kDatadog : exports::PprofLabels::kOwn, sink);
  }
  if (arguments.format == "otlp-profiles") return exports::export_otlp_profiles(selection, sink);
  if (arguments.format == "otlp-spans") return exports::export_otlp_spans(selection, sink);
  if (arguments.format == "speedscope") return exports::export_speedscope(selection, sink);
  if (arguments.format == "chrome") return exports::export_chrome(selection, sink);
  return exports::export_folded(selection, column_of(arguments.category), sink);
}

exports::Losses write_file(const ExportArguments& arguments, const exports::Selection& selection) {
  io::AtomicFile file(arguments.output);
  std::string buffer;
  const exports::Losses losses = write_format(arguments, selection, [&](std::string_view text) {
    buffer += text;
    if (buffer.size() < kBufferBytes) return;
    file.append(buffer);
    buffer.clear();
  });
  file.append(buffer);
  file.commit();
  return losses;
}

analysis::ScopedTime scope_of_picks(const ExportArguments& arguments,
                                    const analysis::HotspotEngine& engine) {
  const analysis::SpanPicks picks = picks_of(arguments.selection);
  if (picks.is_empty()) return engine.whole();
  try {
    return engine.scoped(engine.pick(picks), scope_of(arguments.selection));
  } catch (const io::InputError& error) {
    throw io::InputError(arguments.file + ": " + error.what());
  }
}

void export_recording(const ExportArguments& arguments, Outcome& outcome) {
  const analysis::Recording recording = analysis::read_recording(arguments.file);
  // Slices of a timeline are segments; all else is in the index.
  analysis::Partition partition;
  if (arguments.format == "chrome") partition = analysis::partition_time(recording);
  const auto merge_by = arguments.lines ? analysis::MergeBy::kLine : analysis::MergeBy::kFunction;
  analysis::HotspotEngine engine(recording, {merge_by, {}});
  const analysis::ScopedTime scope = scope_of_picks(arguments, engine);
  const exports::Selection selection{.recording = recording,
                                     .partition = partition,
                                     .engine = engine,
                                     .question = question_of(arguments.selection),
                                     .scope = scope,
                                     .time = engine.time_of(scope)};
  const exports::Losses losses = write_file(arguments, selection);
  fmt::print(stderr, "{}: {} ns of {}, {} samples\n", io::terminal_safe(arguments.output),
             selection.time.all().wall_ns(), io::terminal_safe(selection.question),
             selection.time.sampling.samples);
  for (const std::string& loss : losses) fmt::print(stderr, "not held: {}\n", loss);
  if (!recording.report.intact) {
    fmt::print(stderr, "DAMAGED {}; {} bytes behind it are not in the export\n",
               recording.report.damage, recording.report.dropped_bytes);
    outcome.exit_code = kExitUnusable;
  }
}

void check(ExportArguments& arguments, const CLI::App& command) {
  if (arguments.format == "otlp") {
    arguments.format = arguments.experimental ? "otlp-profiles" : "otlp-spans";
  }
  if (arguments.format == "otlp-profiles" && !arguments.experimental) {
    throw CLI::ValidationError("--format otlp-profiles",
                               "is alpha (v1development) and may change: add --experimental");
  }
  const auto only_with = [&](const char* option, std::initializer_list<std::string_view> formats) {
    if (command.count(option) == 0) return;
    if (std::find(formats.begin(), formats.end(), arguments.format) != formats.end()) return;
    throw CLI::ValidationError(option, "does not go with --format " + arguments.format);
  };
  only_with("--flavor", {"pprof"});
  only_with("--category", {"folded"});
  only_with("--lines", {"folded", "speedscope"});
  check_selection(command, arguments.selection);
}

void add_options(CLI::App& command, ExportArguments& arguments) {
  command.add_option("file", arguments.file, "a recording (.plumb)")->required();
  command.add_option("--format", arguments.format, "the format, see below")
      ->required()
      ->check(CLI::IsMember(kFormats))
      ->option_text("FORMAT");
  command.add_option("-o,--output", arguments.output, "file to write")
      ->required()
      ->option_text("FILE");
  add_selection_options(command, arguments.selection);
  command.add_option("--category", arguments.category, "folded: the time of it, in place of wall")
      ->check(CLI::IsMember(format::kCategoryIds))
      ->option_text("CATEGORY");
  command.add_flag("--lines", arguments.lines, "folded, speedscope: frames by line, not function");
  command
      .add_option("--flavor", arguments.flavor,
                  "pprof: labels as plumbline has them, or as datadog does (numeric ids)")
      ->check(CLI::IsMember({"plumbline", "datadog"}))
      ->option_text("plumbline|datadog");
  command.add_flag("--experimental", arguments.experimental, "allow formats that may still change");
}

constexpr const char* kFooter =
    "Formats:\n"
    "  pprof          profile.proto, gzipped: a type of samples for each category; labels\n"
    "                 span_id, trace_id, local_root_span_id (hexadecimal), span_name,\n"
    "                 trace endpoint, thread id, thread name, category\n"
    "  otlp-spans     OTLP/JSON lines: spans with their own time by category; Jaeger, Tempo\n"
    "  otlp-profiles  OTLP profiles v1development with links to spans; needs --experimental\n"
    "  otlp           otlp-spans, or otlp-profiles with --experimental\n"
    "  folded         one line a stack, root first, nanoseconds of --category (wall)\n"
    "  speedscope     a profile for each category; speedscope.app\n"
    "  chrome         trace events: threads, spans, waits; ui.perfetto.dev, profiler.firefox.com\n"
    "What a format cannot hold is said on standard error. Times add up to those of\n"
    "`plumbline hotspots` for the same selection, to the nanosecond.\n"
    "By span or endpoint with pprof (anchored: a bare id of digits would be read as a number):\n"
    "  go tool pprof -top -sample_index=lock-acquire-wait x.pb.gz\n"
    "  go tool pprof -top -tagfocus 'span_id=^00f067aa0ba902b7$' x.pb.gz\n"
    "  go tool pprof -top -tagfocus 'trace endpoint=^GET /report$' x.pb.gz\n"
    "  go tool pprof -http : -tagroot 'trace endpoint' x.pb.gz\n"
    "Examples:\n"
    "  plumbline export shop.plumb --format pprof -o shop.pb.gz\n"
    "  plumbline export shop.plumb --format chrome --slowest 1 --scope period -o slow.json\n"
    "  plumbline export shop.plumb --format folded --category lock -o lock.folded\n"
    "Exit codes: 0; 2: no such span, or a recording that cannot be read or is damaged";

}  // namespace

void add_export_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("export", "a recording in the formats of other tools");
  const auto arguments = std::make_shared<ExportArguments>();
  add_options(*command, *arguments);
  command->footer(kFooter);
  command->callback([arguments, command, &outcome] {
    check(*arguments, *command);
    export_recording(*arguments, outcome);
  });
}

}  // namespace plumbline::harness
