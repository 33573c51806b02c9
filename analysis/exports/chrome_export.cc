// The Trace Event Format. Slices of one thread must nest: a span's slice reaches over those of the
// spans below it that were active meanwhile on that thread, and over the waits within.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/attribution/linked_time.h"
#include "analysis/attribution/scope_walk.h"
#include "analysis/exports/export_text.h"
#include "analysis/exports/exports.h"

namespace plumbline::exports {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::kTimeColumns;
using analysis::SegmentPiece;
using analysis::TimeColumns;

struct Slice {
  Index span = kNone, wait = kNone;  // a wait's, or a span's (kNone: no span)
  std::int64_t begin_ns = 0, end_ns = 0;
  std::size_t depth = 0;
  TimeColumns ns{};  // of its own: without the slices within
};

// What of each segment is in the scope, by thread and time.
std::vector<SegmentPiece> pieces_of(const Selection& selection) {
  const analysis::TimeIndex& index = selection.engine.index();
  const analysis::SegmentColumns& segments = index.segments();
  std::vector<SegmentPiece> pieces;
  analysis::walk_segments(
      index, selection.scope,
      [&](Index from, Index to) {
        for (; from < to; ++from) {
          SegmentPiece& piece = pieces.emplace_back();
          piece.segment = from;
          piece.window = {segments.begin_ns[from], segments.end_ns[from]};
          const auto first = index.cells().ns.begin();
          std::copy(first + segments.first_cell[from], first + segments.first_cell[from + 1],
                    piece.ns.begin());
        }
      },
      [&](const SegmentPiece& piece) { pieces.push_back(piece); });
  std::sort(pieces.begin(), pieces.end(), [](const SegmentPiece& a, const SegmentPiece& b) {
    return a.segment != b.segment ? a.segment < b.segment : a.window.begin_ns < b.window.begin_ns;
  });
  return pieces;
}

// The slices of one thread, from its pieces in order of time.
class Slicing {
 public:
  explicit Slicing(const analysis::SpanForest& forest) : forest_(forest) {}

  void add(const analysis::TimeWindow& window, Index span, Index wait, const TimeColumns& ns) {
    if (window.begin_ns > now_ns_) close_to(0);  // out of scope meanwhile
    open(span, window.begin_ns);
    now_ns_ = window.end_ns;
    if (wait == kNone) {
      add_columns(slices_[open_.back()].ns, ns);
    } else {
      slices_.push_back({kNone, wait, window.begin_ns, window.end_ns, open_.size(), ns});
    }
  }

  // Outer ones before those within.
  std::vector<Slice> finish() {
    close_to(0);
    std::stable_sort(slices_.begin(), slices_.end(), [](const Slice& a, const Slice& b) {
      return a.begin_ns != b.begin_ns ? a.begin_ns < b.begin_ns : a.depth < b.depth;
    });
    return std::move(slices_);
  }

 private:
  static void add_columns(TimeColumns& sum, const TimeColumns& more) {
    for (std::size_t column = 0; column < kTimeColumns; ++column) sum[column] += more[column];
  }

  void open(Index span, std::int64_t begin_ns) {
    std::size_t depth = open_.size();
    while (depth > 0 && slices_[open_[depth - 1]].span != span) --depth;
    if (depth > 0) return close_to(depth);
    if (open_.empty() || !is_below(span, slices_[open_.back()].span)) close_to_above(span);
    slices_.push_back({.span = span, .begin_ns = begin_ns, .depth = open_.size()});
    open_.push_back(slices_.size() - 1);
  }

  void close_to_above(Index span) {
    std::size_t depth = open_.size();
    while (depth > 0 && !is_below(span, slices_[open_[depth - 1]].span)) --depth;
    close_to(depth);
  }

  bool is_below(Index span, Index above) const {
    if (span == kNone || above == kNone) return false;
    const analysis::SpanRange range = forest_.subtree(above);
    return forest_.position(span) >= range.from && forest_.position(span) < range.to;
  }

  void close_to(std::size_t depth) {
    for (; open_.size() > depth; open_.pop_back()) slices_[open_.back()].end_ns = now_ns_;
  }

  const analysis::SpanForest& forest_;
  std::vector<Slice> slices_;
  std::vector<std::size_t> open_;  // rows of slices_, outermost first
  std::int64_t now_ns_ = 0;
};

class ChromeWriter {
 public:
  ChromeWriter(const Selection& selection, const Sink& sink)
      : selection_(selection),
        recording_(selection.recording),
        index_(selection.engine.index()),
        sink_(sink) {}

  void run() {
    sink_(fmt::format(R"({{"displayTimeUnit":"ns","otherData":{{"plumbline":{},)"
                      R"("start_unix_ns":"{}","not_on_any_thread_ns":"{}"}},"traceEvents":[)"
                      "\n",
                      json_text(safe_name(selection_.question)),
                      realtime_ns(recording_, index_.begin_ns()), selection_.time.uncovered_ns));
    const std::string program =
        recording_.modules.empty() ? "program" : safe_name(recording_.modules[0].path);
    sink_(metadata("process_name", 0, program.substr(program.rfind('/') + 1)));
    const std::vector<SegmentPiece> pieces = pieces_of(selection_);
    const std::vector<Index>& first = index_.segments().first_of_thread;
    auto from = pieces.begin();
    for (Index thread = 0; thread + 1 < first.size(); ++thread) {
      const auto to = std::find_if(from, pieces.end(), [&](const SegmentPiece& piece) {
        return piece.segment >= first[thread + 1];
      });
      if (from != to) write_thread(thread, {from, to});
      from = to;
    }
    sink_("\n]}\n");
  }

 private:
  void write_thread(Index thread, std::span<const SegmentPiece> pieces) {
    const std::int64_t id = viewer_tid(thread);
    sink_(",\n" + metadata("thread_name", id, safe_name(recording_.threads.name[thread])));
    Slicing slicing(index_.forest());
    for (const SegmentPiece& piece : pieces) {
      const analysis::Segment& segment = selection_.partition.segments[piece.segment];
      slicing.add(piece.window, segment.span, segment.wait, columns_of(piece));
    }
    for (const Slice& slice : slicing.finish()) sink_(",\n" + event(slice, id));
  }

  TimeColumns columns_of(const SegmentPiece& piece) const {
    TimeColumns columns{};
    const Index from = index_.segments().first_cell[piece.segment];
    const Index to = index_.segments().first_cell[piece.segment + 1];
    for (Index cell = from; cell < to; ++cell) {
      const std::uint8_t kind = index_.cells().kind[cell];
      if (kind != analysis::kMissedKind)
        columns[analysis::column_of_kind(kind)] += piece.ns[cell - from];
    }
    return columns;
  }

  // The kernel gives ids again; slices of two threads would lie over each other.
  std::int64_t viewer_tid(Index thread) {
    constexpr std::int64_t kAboveAllTids = 10'000'000;
    const std::int32_t tid = recording_.threads.tid[thread];
    return tids_.insert(tid).second ? tid : kAboveAllTids + thread;
  }

  std::string metadata(std::string_view name, std::int64_t tid, std::string_view value) const {
    return fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"{}","args":{{"name":{}}}}})",
                       recording_.header.pid, tid, name, json_text(value));
  }

  // Microseconds, with all digits: as a floating point number they would lose some.
  static std::string microseconds(std::int64_t ns) {
    return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
  }

  std::string event(const Slice& slice, std::int64_t tid) {
    std::string args = slice.wait == kNone ? span_args(slice.span) : wait_args(slice.wait);
    for (std::size_t column = 0; column < kTimeColumns; ++column) {
      if (slice.ns[column] == 0) continue;
      args += fmt::format("{}\"{}_ns\":{}", args.empty() ? "" : ",", column_name(column),
                          slice.ns[column]);
    }
    return fmt::format(R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"cat":"{}","name":{},)"
                       R"("args":{{{}}}}})",
                       recording_.header.pid, tid, microseconds(slice.begin_ns - index_.begin_ns()),
                       microseconds(slice.end_ns - slice.begin_ns), category_of(slice),
                       json_text(name_of(slice)), args);
  }

  std::string_view category_of(const Slice& slice) const {
    if (slice.wait == kNone) return slice.span == kNone ? "no_span" : "span";
    return format::kCategoryIds[analysis::index_of(recording_.waits.category[slice.wait])];
  }

  std::string name_of(const Slice& slice) const {
    if (slice.wait != kNone) {
      const auto operation = static_cast<std::size_t>(recording_.waits.operation[slice.wait]);
      return fmt::format("{}: {}", category_of(slice), format::kOperationIds[operation]);
    }
    if (slice.span == kNone) return "(no span)";
    return safe_name(recording_.names[recording_.spans.name[slice.span]]);
  }

  std::string span_args(Index span) const {
    if (span == kNone) return "";
    const analysis::SpanTable& spans = recording_.spans;
    return fmt::format(R"("span_id":"{}","trace_id":"{}","endpoint":{})",
                       hex_id(spans.span_id[span]),
                       hex_id(spans.trace_id_high[span], spans.trace_id_low[span]),
                       json_text(safe_name(recording_.names[spans.endpoint[span]])));
  }

  std::string wait_args(Index wait) const {
    const Index stack = recording_.waits.stack[wait];
    const analysis::StackTable& stacks = recording_.stacks;
    if (stack == kNone || stacks.first[stack] == stacks.first[stack + 1]) return "";
    const auto path = selection_.engine.path_of(index_.keys().of_wait(stack));
    const analysis::Frame& frame = selection_.engine.paths().frames()[path.front()];
    return fmt::format("\"function\":{}", json_text(safe_name(frame.function)));
  }

  const Selection& selection_;
  const analysis::Recording& recording_;
  const analysis::TimeIndex& index_;
  const Sink& sink_;
  std::set<std::int32_t> tids_;
};

}  // namespace

Losses export_chrome(const Selection& selection, const Sink& sink) {
  ChromeWriter(selection, sink).run();
  return {
      "chrome: samples are not in it: a slice has its own CPU as a sum (args), exact, and no stack",
      "chrome: of a wait's stack it has the innermost function; when within a slice its CPU and "
      "run "
      "queue were is not known",
      "chrome: spans that were active on no thread are not drawn (otlp-spans has them)"};
}

}  // namespace plumbline::exports
