#include "analysis/web/page_data.h"

#include <nlohmann/json.hpp>

#include "analysis/attribution/coverage.h"
#include "analysis/attribution/hotspots.h"
#include "analysis/attribution/sampled_interval.h"
#include "analysis/attribution/sampling_account.h"
#include "analysis/web/column_writer.h"
#include "analysis/web/frame_tree.h"

namespace plumbline::analysis {

namespace {

using Json = nlohmann::ordered_json;

// Rows of other tables are stored with 1 added, 0: none.
std::int64_t plus_one(Index row) { return row == kNone ? 0 : std::int64_t{row} + 1; }

template <class Row, class Of>
std::vector<std::int64_t> column(Row rows, const Of& of) {
  std::vector<std::int64_t> values;
  values.reserve(rows);
  for (Row row = 0; row < rows; ++row) values.push_back(of(row));
  return values;
}

template <class Texts>
Json list_of(const Texts& texts) {
  Json list = Json::array();
  for (const auto& text : texts) list.push_back(std::string(text));
  return list;
}

// Replaces what is not UTF-8: a name may hold anything.
std::string text_of_header(const Json& header) {
  return header.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Json columns_json(const ColumnWriter& writer) {
  Json list = Json::array();
  for (const ColumnWriter::Column& at : writer.columns()) {
    list.push_back({{"name", at.name},
                    {"kind", at.kind},
                    {"count", at.count},
                    {"offset", at.offset},
                    {"bytes", at.size_bytes}});
  }
  return list;
}

// Strings, each once.
class Strings {
 public:
  std::int64_t row(const std::string& text) {
    const auto [entry, is_new] = rows_.try_emplace(text, rows_.size());
    if (is_new) list_.push_back(text);
    return static_cast<std::int64_t>(entry->second);
  }
  Json list() { return std::move(list_); }

 private:
  std::unordered_map<std::string, std::size_t> rows_;
  Json list_ = Json::array();
};

class RecordingData {
 public:
  RecordingData(const Recording& recording, const std::vector<std::string>& own_prefixes)
      : recording_(recording),
        partition_(partition_time(recording)),
        engine_(recording, partition_, {MergeBy::kLine, own_prefixes}),
        forest_(engine_.index().forest()) {}

  std::string container(const std::string& file) {
    add_spans();
    add_segments();
    add_samples();
    add_call_sums();
    add_waits();
    add_keys();
    add_frames();
    return writer_.container(text_of_header(header(file)));
  }

 private:
  std::int64_t position(Index span) const {
    return span == kNone ? 0 : plus_one(forest_.position(span));
  }

  void add_spans() {
    const SpanTable& spans = recording_.spans;
    const auto rows = static_cast<Index>(spans.size());
    const std::vector<std::int64_t> covered_ns = covered_ns_by_root(recording_, partition_);
    const auto by_row = [&](const auto& of) {
      return column(rows, [&](Index at) { return std::int64_t{of(forest_.row_at(at))}; });
    };
    std::vector<std::uint64_t> ids, traces;
    for (Index at = 0; at < rows; ++at) {
      const Index row = forest_.row_at(at);
      ids.push_back(spans.span_id[row]);
      traces.push_back(spans.trace_id_high[row]);
      traces.push_back(spans.trace_id_low[row]);
    }
    writer_.add_ids("span_id", ids);
    writer_.add_ids("span_trace", traces);
    writer_.add_delta("span_row", by_row([](Index row) { return row; }));
    writer_.add_plain("span_parent",
                      by_row([&](Index row) { return position(forest_.parent(row)); }));
    writer_.add_plain("span_below", by_row([&](Index row) {
                        return forest_.subtree(row).to - forest_.subtree(row).from - 1;
                      }));
    writer_.add_delta("span_start_ns", by_row([&](Index row) { return spans.start_ns[row]; }));
    writer_.add_delta("span_end_ns", by_row([&](Index row) { return spans.end_ns[row]; }));
    writer_.add_plain("span_name", by_row([&](Index row) { return name(spans.name[row]); }));
    writer_.add_plain("span_endpoint",
                      by_row([&](Index row) { return name(spans.endpoint[row]); }));
    writer_.add_plain("span_is_root",
                      by_row([&](Index row) { return spans.root[row] == row ? 1 : 0; }));
    writer_.add_plain("span_covered_ns", by_row([&](Index row) { return covered_ns[row]; }));
  }

  std::int64_t name(Index row) { return strings_.row(recording_.names[row]); }

  void add_segments() {
    const std::vector<Segment>& segments = partition_.segments;
    const SegmentColumns& indexed = engine_.index().segments();
    const std::size_t rows = segments.size();
    writer_.add_plain("thread_segments", column(recording_.threads.size(), [&](std::size_t at) {
                        return std::int64_t{indexed.first_of_thread[at + 1]} -
                               indexed.first_of_thread[at];
                      }));
    writer_.add_delta("segment_begin_ns", indexed.begin_ns);
    writer_.add_plain("segment_length_ns", column(rows, [&](std::size_t at) {
                        return segments[at].end_ns - segments[at].begin_ns;
                      }));
    writer_.add_plain("segment_cells", column(rows, [&](std::size_t at) {
                        return std::int64_t{indexed.first_cell[at + 1]} - indexed.first_cell[at];
                      }));
    writer_.add_plain("segment_span",
                      column(rows, [&](std::size_t at) { return position(segments[at].span); }));
    writer_.add_delta("segment_wait",
                      column(rows, [&](std::size_t at) { return plus_one(segments[at].wait); }));
    writer_.add_plain("cell_kind", engine_.index().cells().kind);
    writer_.add_plain("cell_ns", engine_.index().cells().ns);
  }

  // As TimeIndex takes them: those outside hooked calls.
  void add_samples() {
    const SampleTable& samples = recording_.samples;
    std::vector<std::int64_t> spans, threads;
    for (std::size_t row = 0; row < samples.size(); ++row) {
      if (samples.in_hook[row]) continue;
      spans.push_back(position(samples.span[row]));
      threads.push_back(plus_one(samples.thread[row]));
    }
    writer_.add_delta("sample_ns", engine_.index().samples().wall_ns);
    writer_.add_plain("sample_weight_ns", engine_.index().samples().weight_ns);
    writer_.add_plain("sample_span", spans);
    writer_.add_plain("sample_thread", threads);
  }

  void add_call_sums() {
    const CallSumsTable& sums = recording_.call_sums;
    writer_.add_delta("calls_near_ns", sums.near_ns);
    writer_.add_plain("calls_cpu_ns", sums.cpu_ns);
    writer_.add_plain("calls_count", sums.calls);
    writer_.add_plain("calls_category", engine_.index().call_sums().category);
    writer_.add_plain("calls_span", column(sums.size(), [&](std::size_t row) {
                        return position(sums.span[row]);
                      }));
  }

  void add_waits() {
    const WaitTable& waits = recording_.waits;
    std::unordered_map<std::int32_t, Index> thread_of_tid;
    for (Index row = 0; row < recording_.threads.size(); ++row) {
      thread_of_tid[recording_.threads.tid[row]] = row;
    }
    const auto rows_of = [&](const auto& of) { return column(waits.size(), of); };
    writer_.add_plain("wait_category", rows_of([&](std::size_t row) {
                        return static_cast<std::int64_t>(waits.category[row]);
                      }));
    writer_.add_plain("wait_operation", rows_of([&](std::size_t row) {
                        return static_cast<std::int64_t>(waits.operation[row]);
                      }));
    writer_.add_plain("wait_object", waits.object);
    writer_.add_plain("wait_owner_thread", rows_of([&](std::size_t row) {
                        const auto found = thread_of_tid.find(waits.owner_tid[row]);
                        const bool is_known =
                            waits.owner_tid[row] != 0 && found != thread_of_tid.end();
                        return is_known ? plus_one(found->second) : 0;
                      }));
    writer_.add_plain("wait_owner_span", rows_of([&](std::size_t row) {
                        const std::uint64_t id = waits.owner_span_id[row];
                        return id == 0 ? 0 : position(forest_.find(id));
                      }));
  }

  // Keys that time or samples have, in their order; and those that a scope can give time to.
  void add_keys() {
    const StackKeys keys = engine_.index().keys();
    std::vector<Index> dense(keys.size(), kNone);
    const auto use = [&](Index key) { dense[key] = 0; };
    for (const Index key : engine_.index().cells().key) use(key);
    for (const Index key : engine_.index().samples().key) use(key);
    for (Index frame = 0; frame < kStacklessFrames; ++frame)
      use(keys.stackless(Stackless{}) + frame);
    FrameTree tree(paths());
    std::vector<Index> nodes;
    for (Index key = 0; key < keys.size(); ++key) {
      if (dense[key] == kNone) continue;
      dense[key] = static_cast<Index>(nodes.size());
      nodes.push_back(tree.node_of(key));
    }
    const auto dense_of = [&](const std::vector<Index>& of) {
      return column(of.size(), [&](std::size_t row) { return std::int64_t{dense[of[row]]}; });
    };
    writer_.add_plain("cell_key", dense_of(engine_.index().cells().key));
    writer_.add_plain("sample_key", dense_of(engine_.index().samples().key));
    writer_.add_plain("key_node", nodes);
    writer_.add_plain("node_parent", column(tree.parents().size(), [&](std::size_t node) {
                        return plus_one(tree.parents()[node]);
                      }));
    writer_.add_plain("node_frame", tree.frames());
  }

  void add_frames() {
    const std::vector<Frame>& frames = paths().frames();
    const auto rows_of = [&](const auto& of) { return column(frames.size(), of); };
    writer_.add_plain("frame_function",
                      rows_of([&](std::size_t row) { return strings_.row(frames[row].function); }));
    writer_.add_plain("frame_file",
                      rows_of([&](std::size_t row) { return strings_.row(frames[row].file); }));
    writer_.add_plain("frame_line",
                      rows_of([&](std::size_t row) { return std::int64_t{frames[row].line}; }));
    writer_.add_plain("frame_owner", rows_of([&](std::size_t row) {
                        return static_cast<std::int64_t>(frames[row].owner);
                      }));
  }

  Json threads_json() const {
    Json list = Json::array();
    for (std::size_t row = 0; row < recording_.threads.size(); ++row) {
      list.push_back(
          {{"tid", recording_.threads.tid[row]}, {"name", recording_.threads.name[row]}});
    }
    return list;
  }

  Json stackless_json() const {
    Json list = Json::array();
    for (Index frame = 0; frame < kStacklessFrames; ++frame) {
      list.push_back({{"name", stackless_name(frame)}, {"reason", stackless_reason(frame)}});
    }
    return list;
  }

  Json header(const std::string& file) {
    const SymbolizerReport& symbols = engine_.symbols();
    const ReadReport& report = recording_.report;
    return {
        {"schema", "plumbline.page/1"},
        {"kind", "recording"},
        {"file", file},
        {"categories", list_of(format::kCategoryIds)},
        {"category_names", list_of(format::kCategoryNames)},
        {"reasons", list_of(format::kOtherReasonIds)},
        {"operations", list_of(format::kOperationIds)},
        {"owners", list_of(kCodeOwnerIds)},
        {"owner_names", list_of(kCodeOwnerNames)},
        {"few_samples", kFewSamples},
        {"full_window_ns", kFullWindowNs},
        {"begin_ns", engine_.index().begin_ns()},
        {"end_ns", engine_.index().end_ns()},
        {"lockstep_risk", has_lockstep_risk(recording_)},
        {"samples_in_calls", recording_.samples.size() - engine_.index().samples().wall_ns.size()},
        {"missing_modules", symbols.missing_files + symbols.changed_files},
        {"lost_events", recording_.lost.total()},
        {"backwards_ns", partition_.conservation.backwards_ns},
        {"backwards_spans", report.backwards_spans},
        {"intact", report.intact},
        {"damage", report.intact ? Json(nullptr) : Json(report.damage)},
        {"settings", recording_.settings},
        {"threads", threads_json()},
        {"stackless", stackless_json()},
        {"strings", strings_.list()},
        {"columns", columns_json(writer_)}};
  }

  FramePaths& paths() { return engine_.paths(); }

  const Recording& recording_;
  const Partition partition_;
  HotspotEngine engine_;
  const SpanForest& forest_;
  ColumnWriter writer_;
  Strings strings_;
};

}  // namespace

std::string recording_page_data(const Recording& recording, const std::string& file,
                                const std::vector<std::string>& own_prefixes) {
  return RecordingData(recording, own_prefixes).container(file);
}

std::string result_page_data(const std::string& results_json, const std::string& file) {
  const Json file_json = file;
  const std::string file_text = text_of_header(file_json);
  const std::string header = R"({"schema":"plumbline.page/1","kind":"result","file":)" + file_text +
                             R"(,"columns":[],"result":)" + results_json + "}";
  return ColumnWriter().container(header);
}

}  // namespace plumbline::analysis
