#include "harness/cli/hotspots_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "analysis/attribution/sampled_interval.h"
#include "analysis/attribution/sampling_account.h"
#include "analysis/io/error.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/recording/reader.h"
#include "harness/cli/hotspots_view.h"
#include "harness/cli/selection_options.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

using analysis::TreeDirection;

struct HotspotsArguments {
  std::string file;
  SelectionOptions selection;
  std::vector<std::string> own_prefixes;
  std::string category;
  bool reverse = false, tree = false, lines = false, json = false;
  std::uint32_t depth = 6;
  std::size_t top = 30;
};

// ---- notes: what the numbers alone do not say ----

class Notes {
 public:
  explicit Notes(HotspotsView& view) : view_(view) {}

  void add_all(const analysis::Conservation& conservation,
               const analysis::SymbolizerReport& symbols) {
    add_picked();
    add_samples();
    add_symbols(symbols);
    if (conservation.backwards_ns > 0 || view_.recording.report.backwards_spans > 0) {
      add("the clock went backwards: {} ns of edges, {} spans; what lies before an edge already "
          "passed is not counted again",
          conservation.backwards_ns, view_.recording.report.backwards_spans);
    }
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> text, Values&&... values) {
    view_.notes.push_back(fmt::format(text, std::forward<Values>(values)...));
  }

  void add_picked() {
    const analysis::ScopedTime& scope = view_.scope;
    if (view_.whole && view_.recording.spans.size() == 0) {
      add("the recording has no spans: all time is that of the process's threads");
    }
    if (scope.never_active > 0) {
      add("{} of {} picked spans were never active on any thread, and have 0 samples of their own: "
          "a span counts while a scope of it is open",
          scope.never_active, scope.picked);
    }
    if (view_.time.keys.empty()) add("nothing lies in this scope: no time, 0 samples");
    if (scope.unfinished > 0) {
      add("{} of {} picked spans never ended in the recording: their elapsed time is not known",
          scope.unfinished, scope.picked);
    }
    if (scope.unstarted > 0) {
      add("of {} of {} picked spans the start was lost: their elapsed time is not known",
          scope.unstarted, scope.picked);
    }
    if (scope.outliving_spans > 0) {
      add("{} spans ended after their parent; they count in full", scope.outliving_spans);
    }
  }

  void add_samples() {
    const analysis::SamplingBasis& sampling = view_.time.sampling;
    if (view_.lockstep_risk) {
      add("sampled on the kernel's tick: shares by samples have no intervals (see plumbline info)");
    }
    if (!view_.time.keys.empty() && sampling.samples < analysis::kFewSamples) {
      add("{} samples in this scope: CPU by method says little; categories are exact",
          sampling.samples);
    }
  }

  void add_symbols(const analysis::SymbolizerReport& symbols) {
    if (symbols.missing_files + symbols.changed_files > 0) {
      add("{} modules could not be read and {} are not those that were recorded: their frames are "
          "addresses",
          symbols.missing_files, symbols.changed_files);
    }
    const bool has_stacks = view_.recording.stacks.size() > 0;
    if (has_stacks && view_.recording.modules.empty()) {
      add("the recording names no modules: frames are addresses");
    }
  }

  HotspotsView& view_;
};

void fill_tree(HotspotsView& view, analysis::HotspotEngine& engine,
               const HotspotsArguments& arguments) {
  if (!arguments.tree && !arguments.reverse) return;
  const TreeDirection direction =
      arguments.reverse ? TreeDirection::kReverse : TreeDirection::kTopDown;
  view.depth = arguments.depth;
  const std::uint32_t depth =
      arguments.depth == 0 ? std::numeric_limits<std::uint32_t>::max() : arguments.depth;
  view.tree = engine.tree(view.time, direction, depth, view.column);
}

void answer(HotspotsView& view, analysis::HotspotEngine& engine, const HotspotsArguments& arguments,
            const analysis::SpanPicks& picks) {
  try {
    if (!view.whole) view.picked = engine.pick(picks);
  } catch (const io::InputError& error) {
    throw io::InputError(arguments.file + ": " + error.what());
  }
  view.scope =
      view.whole ? engine.whole() : engine.scoped(view.picked, scope_of(arguments.selection));
  view.time = engine.time_of(view.scope);
  view.methods = engine.methods(view.time, view.column);
  view.owners = analysis::time_by_owner(view.methods, engine.paths());
  fill_tree(view, engine, arguments);
}

void show(const HotspotsArguments& arguments, Outcome& outcome) {
  const analysis::SpanPicks picks = picks_of(arguments.selection);
  const analysis::Recording recording = analysis::read_recording(arguments.file);
  const auto merge_by = arguments.lines ? analysis::MergeBy::kLine : analysis::MergeBy::kFunction;
  analysis::HotspotEngine engine(recording, {merge_by, arguments.own_prefixes});

  HotspotsView view{.recording = recording,
                    .paths = engine.paths(),
                    .question = question_of(arguments.selection),
                    .picked = {},
                    .whole = picks.is_empty(),
                    .scope = {},
                    .time = {},
                    .methods = {},
                    .tree = {},
                    .column = column_of(arguments.category),
                    .merge_by = merge_by,
                    .lockstep_risk = analysis::has_lockstep_risk(recording),
                    .notes = {}};
  answer(view, engine, arguments, picks);
  Notes(view).add_all(engine.conservation(), engine.symbols());
  io::write_standard_output(
      arguments.json ? hotspots_json(view)
                     : hotspots_text(view, arguments.top, io::colour_wanted(STDOUT_FILENO)));
  if (!recording.report.intact) outcome.exit_code = kExitUnusable;
}

void add_options(CLI::App& command, HotspotsArguments& arguments) {
  command.add_option("file", arguments.file, "a recording (.plumb)")->required();
  add_selection_options(command, arguments.selection);
  command.add_option("--category", arguments.category, "order by it and show its times alone")
      ->check(CLI::IsMember(format::kCategoryIds))
      ->option_text("CATEGORY");
  command.add_flag("--tree", arguments.tree, "call tree from the root down");
  command.add_flag("--reverse", arguments.reverse, "call tree from the leaves up to the callers");
  command.add_option("--depth", arguments.depth, "levels of the tree; 0: all")
      ->option_text("N (6)");
  command.add_flag("--lines", arguments.lines, "merge by line in place of function");
  command.add_option("--top", arguments.top, "rows of methods shown")->option_text("N (30)");
  command
      .add_option("--own", arguments.own_prefixes,
                  "paths of modules that begin so are your code (default: the program's folder)")
      ->option_text("PREFIX ...");
  command.add_flag("--json", arguments.json, "for programs: results/schema/hotspots-1.schema.json");
}

}  // namespace

void add_hotspots_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command =
      app.add_subcommand("hotspots", "where the time of spans went: categories, methods, trees");
  const auto arguments = std::make_shared<HotspotsArguments>();
  add_options(*command, *arguments);
  command->footer(
      "Without a selection: the whole recording. Several: all of them, no span twice.\n"
      "Examples:\n"
      "  plumbline hotspots shop.plumb --endpoint 'GET /report' --reverse\n"
      "  plumbline hotspots shop.plumb --slowest 1 --scope period\n"
      "  plumbline hotspots shop.plumb --span 5f2a... --lines --category lock\n"
      "Exit codes: 0; 2: no such span, or a recording that cannot be read or is damaged");
  command->callback([arguments, command, &outcome] {
    if (arguments->tree && arguments->reverse) {
      throw CLI::ValidationError("--tree", "is the other direction of --reverse: give one");
    }
    check_selection(*command, arguments->selection);
    show(*arguments, outcome);
  });
}

}  // namespace plumbline::harness
