// OTLP/JSON of opentelemetry-proto: ids in hexadecimal, 64-bit numbers as text.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/attribution/linked_time.h"
#include "analysis/exports/export_text.h"
#include "analysis/exports/exports.h"

namespace plumbline::exports {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::kTimeColumns;
using analysis::TimeColumns;

// More than one line is not one JSON document, which some viewers want.
constexpr std::size_t kSpansOfALine = 100'000;
constexpr int kInternalKind = 1;

std::string text_attribute(std::string_view key, std::string_view value) {
  return fmt::format(R"({{"key":"{}","value":{{"stringValue":{}}}}})", key, json_text(value));
}

std::string number_attribute(const std::string& key, std::int64_t value) {
  return fmt::format(R"({{"key":"{}","value":{{"intValue":"{}"}}}})", key, value);
}

class SpansWriter {
 public:
  SpansWriter(const Selection& selection, const Sink& sink)
      : selection_(selection),
        recording_(selection.recording),
        spans_(selection.recording.spans),
        sink_(sink),
        ns_(spans_.size()) {
    for (const analysis::SpanTime& time :
         analysis::time_by_span(selection.engine.index(), selection.scope)) {
      if (time.span != kNone && spans_.start_ns[time.span] >= 0) {
        ns_[time.span] = time.ns;
      } else {
        for (std::size_t column = 0; column < kTimeColumns; ++column) {
          without_span_[column] += time.ns[column];
        }
      }
    }
  }

  void run() {
    const std::vector<Index> rows = rows_to_write();
    std::size_t next = 0;
    do {
      const std::size_t behind = std::min(rows.size(), next + kSpansOfALine);
      sink_(R"({"resourceSpans":[{"resource":{"attributes":[)" + resource() +
            R"(]},"scopeSpans":[{"scope":{"name":"plumbline"},"spans":[)");
      for (std::size_t at = next; at < behind; ++at) {
        sink_((at > next ? "," : "") + span(rows[at]));
      }
      sink_("]}]}]}\n");
      next = behind;
    } while (next < rows.size());
  }

  std::uint64_t unstarted() const { return unstarted_; }
  std::uint64_t unfinished() const { return unfinished_; }
  std::uint64_t traceless() const { return traceless_; }

 private:
  std::vector<Index> rows_to_write() {
    std::vector<Index> rows;
    const auto add = [&](Index row) {
      if (spans_.start_ns[row] < 0) {
        ++unstarted_;
      } else {
        rows.push_back(row);
      }
    };
    const analysis::SpanForest& forest = selection_.engine.index().forest();
    for (const analysis::SpanRange& range : selection_.scope.ranges) {
      for (Index at = range.from; at < range.to; ++at) add(forest.row_at(at));
    }
    if (selection_.scope.windows.empty()) return rows;
    for (Index row = 0; row < spans_.size(); ++row) {
      if (spans_.start_ns[row] < 0 || touches_a_window(row)) add(row);
    }
    return rows;
  }

  bool touches_a_window(Index row) const {
    if (ns_[row] != TimeColumns{}) return true;
    const std::vector<analysis::TimeWindow>& windows = selection_.scope.windows;
    return std::any_of(windows.begin(), windows.end(), [&](const auto& window) {
      return spans_.start_ns[row] < window.end_ns && end_ns(row) >= window.begin_ns;
    });
  }

  std::int64_t end_ns(Index row) const {
    const std::int64_t last_ns = std::max(selection_.engine.index().end_ns(), spans_.start_ns[row]);
    return spans_.end_ns[row] < 0 ? last_ns : spans_.end_ns[row];
  }

  std::string resource() const {
    std::string text = number_attribute("process.pid", recording_.header.pid);
    if (!recording_.modules.empty()) {
      const std::string path = safe_name(recording_.modules[0].path);
      text += ',' + text_attribute("service.name", path.substr(path.rfind('/') + 1));
    }
    // With these the file's times add up.
    for (std::size_t column = 0; column < kTimeColumns; ++column) {
      text += ',' + number_attribute(fmt::format("plumbline.no_span.{}_ns", column_name(column)),
                                     without_span_[column]);
    }
    return text + ',' +
           number_attribute("plumbline.not_on_any_thread_ns", selection_.time.uncovered_ns);
  }

  std::string span(Index row) {
    std::string attributes =
        text_attribute("plumbline.endpoint", safe_name(recording_.names[spans_.endpoint[row]]));
    for (std::size_t column = 0; column < kTimeColumns; ++column) {
      if (ns_[row][column] == 0) continue;
      attributes += ',' + number_attribute(fmt::format("plumbline.self.{}_ns", column_name(column)),
                                           ns_[row][column]);
    }
    // Grafana joins traces and profiles by it.
    if (spans_.root[row] == row) {
      attributes += ',' + text_attribute("pyroscope.profile.id", hex_id(spans_.span_id[row]));
    }
    if (spans_.end_ns[row] < 0) {
      ++unfinished_;
      attributes += R"(,{"key":"plumbline.unfinished","value":{"boolValue":true}})";
    }
    if ((spans_.trace_id_high[row] | spans_.trace_id_low[row]) == 0) ++traceless_;
    const std::uint64_t parent = spans_.parent_span_id[row];
    return fmt::format(
        R"({{"traceId":"{}","spanId":"{}","parentSpanId":"{}","name":{},"kind":{},)"
        R"("startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{}],"status":{{}}}})",
        trace_id(row), hex_id(spans_.span_id[row]), parent == 0 ? "" : hex_id(parent),
        json_text(safe_name(recording_.names[spans_.name[row]])), kInternalKind,
        realtime_ns(recording_, spans_.start_ns[row]), realtime_ns(recording_, end_ns(row)),
        attributes);
  }

  // A trace id of zeros is none, and such a span is refused: its local root's id stands for it.
  std::string trace_id(Index row) const {
    const std::uint64_t high = spans_.trace_id_high[row], low = spans_.trace_id_low[row];
    if ((high | low) != 0) return hex_id(high, low);
    const std::uint64_t root = spans_.root_span_id[row];
    return hex_id(0, root != 0 ? root : spans_.span_id[row]);
  }

  const Selection& selection_;
  const analysis::Recording& recording_;
  const analysis::SpanTable& spans_;
  const Sink& sink_;
  std::vector<TimeColumns> ns_;  // by row
  TimeColumns without_span_{};
  std::uint64_t unstarted_ = 0, unfinished_ = 0, traceless_ = 0;
};

}  // namespace

Losses export_otlp_spans(const Selection& selection, const Sink& sink) {
  SpansWriter writer(selection, sink);
  writer.run();
  Losses losses = {
      "otlp-spans: stacks, samples, waits and threads are not in it; each span has its own time by "
      "category (plumbline.self.*), exact"};
  if (writer.unstarted() > 0) {
    losses.push_back(
        fmt::format("otlp-spans: {} spans whose start was lost are left out; their time is in "
                    "plumbline.no_span",
                    writer.unstarted()));
  }
  if (writer.unfinished() > 0) {
    losses.push_back(fmt::format(
        "otlp-spans: {} spans that never ended end with the recording (plumbline.unfinished)",
        writer.unfinished()));
  }
  if (writer.traceless() > 0) {
    losses.push_back(fmt::format(
        "otlp-spans: {} spans without a trace id have the id of their local root in its place",
        writer.traceless()));
  }
  return losses;
}

}  // namespace plumbline::exports
