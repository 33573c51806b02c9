#include "harness/cli/locks_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "analysis/recording/reader.h"
#include "harness/cli/locks_view.h"
#include "harness/cli/time_cells.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

using analysis::kNone;
using io::Align;

struct LocksArguments {
  std::string file;
  std::size_t top = 10;
  bool json = false;
};

// Functions and parties of one lock that are shown to people.
constexpr std::size_t kMostLines = 5;

std::vector<std::string> notes_of(const analysis::Recording& recording,
                                  const analysis::LockTable& table,
                                  const analysis::SymbolizerReport& symbols) {
  std::vector<std::string> notes;
  if (table.rows.empty()) notes.push_back("no thread was blocked on a lock");
  if (recording.spans.size() == 0) {
    notes.push_back("the recording has no spans: waiters and holders are threads alone");
  }
  std::uint64_t unknown = 0, waits = 0;
  for (const analysis::LockRow& row : table.rows) {
    waits += row.waits;
    for (const analysis::LockParty& party : row.holders) unknown += party.known ? 0 : party.waits;
  }
  if (unknown > 0) {
    notes.push_back(fmt::format(
        "of {} of {} waits the holder is not known: only mutexes keep their owner, and a lock may "
        "be released while the wait begins",
        unknown, waits));
  }
  if (!table.rows.empty() && recording.modules.empty()) {
    notes.push_back("the recording names no modules: functions are addresses");
  }
  if (symbols.missing_files + symbols.changed_files > 0) {
    notes.push_back(fmt::format(
        "{} modules could not be read, or are not those that were recorded: their functions are "
        "addresses",
        symbols.missing_files + symbols.changed_files));
  }
  return notes;
}

std::string party_text(const LocksView& view, const analysis::LockParty& party) {
  std::string text = "no span";
  if (!party.known) {
    text = "not known";
  } else if (party.endpoint != kNone) {
    const std::string& endpoint = view.recording.names[party.endpoint];
    const std::string& name = view.recording.names[party.span_name];
    text = endpoint == name ? endpoint : fmt::format("{} / {}", endpoint, name);
  }
  return fmt::format("{} ({} waits, {} threads, {} ms)", io::terminal_safe(text), party.waits,
                     party.threads, milliseconds(party.blocked_ns));
}

void add_parties(std::string& text, const char* title, const LocksView& view,
                 const std::vector<analysis::LockParty>& parties) {
  for (std::size_t i = 0; i < std::min(parties.size(), kMostLines); ++i) {
    text += fmt::format("  {} {}\n", i == 0 ? title : std::string(7, ' '),
                        party_text(view, parties[i]));
  }
  if (parties.size() > kMostLines) {
    text += fmt::format("          and {} more\n", parties.size() - kMostLines);
  }
}

void add_functions(std::string& text, const char* title, const LocksView& view,
                   const std::vector<analysis::KeyTime>& keys) {
  std::size_t shown = 0;
  for (const analysis::Method& method : view.functions(keys)) {
    if (method.self.wall_ns() == 0 || ++shown > kMostLines) break;
    const analysis::Frame& frame = view.paths.frames()[method.frame];
    text += fmt::format(
        "  {} {} ({} ms{})\n", shown == 1 ? title : std::string(7, ' '),
        io::terminal_safe(frame.function), milliseconds(method.self.wall_ns()),
        method.self.samples > 0 ? fmt::format(", {} samples", method.self.samples) : "");
  }
}

std::string lock_text(const LocksView& view, const analysis::LockRow& row) {
  const analysis::WaitTable& waits = view.recording.waits;
  const std::int64_t longest_ns =
      waits.end[row.longest_wait].wall_ns - waits.begin[row.longest_wait].wall_ns;
  std::string text =
      fmt::format("\nlock {:#x} ({}): {} waits by {} threads, {} ms, longest {} ms\n", row.object,
                  format::kOperationIds[static_cast<std::size_t>(row.operation)], row.waits,
                  row.waiting_threads, milliseconds(row.blocked_ns), milliseconds(longest_ns));
  add_parties(text, "waited:", view, row.waiters);
  add_functions(text, "  in   ", view, row.waited);
  add_parties(text, "held:  ", view, row.holders);
  add_functions(text, "  in   ", view, row.held.keys);
  return text;
}

std::string locks_text(const LocksView& view, std::size_t most_rows) {
  std::string text;
  const std::size_t shown = std::min(most_rows, view.table.rows.size());
  for (std::size_t i = 0; i < shown; ++i) text += lock_text(view, view.table.rows[i]);
  std::int64_t left_ns = 0;
  for (std::size_t i = shown; i < view.table.rows.size(); ++i) {
    left_ns += view.table.rows[i].blocked_ns;
  }
  if (view.table.rows.size() > shown) {
    text += fmt::format("\n{} more locks, {} ms\n", view.table.rows.size() - shown,
                        milliseconds(left_ns));
  }
  text += fmt::format("\n{}: all locks {} ns, category lock of all threads {} ns\n",
                      view.sums_agree() ? "sums agree" : "SUMS DIFFER", view.table.blocked_ns,
                      view.table.lock_ns);
  for (const std::string& note : view.notes) text += io::terminal_safe(note) + "\n";
  return text + damage_text(view.recording.report);
}

void show(const LocksArguments& arguments, Outcome& outcome) {
  const analysis::Recording recording = analysis::read_recording(arguments.file);
  const analysis::Partition partition = analysis::partition_time(recording);
  const analysis::SpanForest forest(recording.spans);
  const analysis::LockTable table = analysis::locks_of(recording, partition, forest);
  analysis::Symbolizer symbolizer(recording.modules);
  const analysis::CodeOwners owners(recording.modules, {});
  analysis::FramePaths paths(recording.stacks, symbolizer, owners, analysis::MergeBy::kFunction);
  LocksView view{arguments.file, recording, table, paths, {}};
  for (const analysis::LockRow& row : table.rows) {  // names first: notes say which are missing
    view.functions(row.waited);
    view.functions(row.held.keys);
  }
  view.notes = notes_of(recording, table, symbolizer.report());
  io::write_standard_output(arguments.json ? locks_json(view) : locks_text(view, arguments.top));
  if (!recording.report.intact) outcome.exit_code = kExitUnusable;
}

}  // namespace

void add_locks_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("locks", "which locks were waited for, and who held them");
  const auto arguments = std::make_shared<LocksArguments>();
  command->add_option("file", arguments->file, "a recording (.plumb)")->required();
  command->add_option("--top", arguments->top, "locks shown")->option_text("N (10)");
  command->add_flag("--json", arguments->json, "for programs: results/schema/locks-1.schema.json");
  command->footer(
      "A holder is who held the lock when the wait began; what it did is looked up until the wait "
      "ended.\n"
      "Examples:\n"
      "  plumbline locks shop.plumb --top 3\n"
      "  plumbline locks shop.plumb --json\n"
      "Exit codes: 0; 2: a recording that cannot be read or is damaged");
  command->callback([arguments, &outcome] { show(*arguments, outcome); });
}

}  // namespace plumbline::harness
