// profile.proto of google/pprof. Samples are written as they come, tables behind them: the order of
// fields is free.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <new>
#include <unordered_map>

#include "analysis/attribution/linked_time.h"
#include "analysis/exports/code_places.h"
#include "analysis/exports/export_text.h"
#include "analysis/exports/exports.h"
#include "analysis/formats/wire_writer.h"

namespace plumbline::exports {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::kTimeColumns;
using formats::WireWriter;

// The names that Datadog's profilers gave such types, where they have one.
constexpr std::array<std::string_view, kTimeColumns> kTypeOfColumn = {
    "cpu-time",       "lock-acquire-wait", "sync-wait",     "file-io-time",
    "socket-io-time", "runqueue-time",     "uncategorized", "residual"};
constexpr std::size_t kCountType = 0, kWallType = 1, kFirstColumnType = 2;
constexpr std::size_t kTypes = kFirstColumnType + kTimeColumns;

// Of a level that costs little: 14.5 MB take 332 ms and become 5.2 MB; by default 705 ms and 4.6.
class Gzip {
 public:
  explicit Gzip(const Sink& sink) : sink_(sink) {
    constexpr int kGzipWindowBits = 15 + 16, kMemory = 8;
    if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kGzipWindowBits, kMemory,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Gzip() { deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void append(std::string_view bytes) { run(bytes, Z_NO_FLUSH); }
  void finish() { run({}, Z_FINISH); }

 private:
  void run(std::string_view bytes, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(room_.data());
      stream_.avail_out = static_cast<uInt>(room_.size());
      deflate(&stream_, flush);
      sink_({room_.data(), room_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
  }

  const Sink& sink_;
  z_stream stream_{};
  std::array<char, 1 << 16> room_;
};

class PprofWriter {
 public:
  PprofWriter(const Selection& selection, PprofLabels labels, const Sink& sink)
      : selection_(selection),
        recording_(selection.recording),
        labels_(labels),
        gzip_(sink),
        places_(selection.recording) {
    string("");
  }

  void run() {
    write_types();
    const auto rows = analysis::linked_time(recording_, selection_.engine.index(), selection_.scope,
                                            selection_.time);
    Index key = kNone;
    std::vector<std::uint64_t> locations;
    for (const analysis::LinkedRow& row : rows) {
      if (row.key != key) {
        key = row.key;
        locations.clear();
        for (const Index place : places_.of_key(key)) locations.push_back(place + 1);
      }
      write_row(row, locations);
    }
    write_places();
    write_header();
    for (const std::string& text : strings_) field_.bytes(6, text);
    flush();
    gzip_.finish();
  }

 private:
  std::uint64_t string(std::string_view text) {
    const auto [entry, is_new] = string_rows_.try_emplace(std::string(text), strings_.size());
    if (is_new) strings_.emplace_back(text);
    return entry->second;
  }

  // What is in field_ so far, once it is worth the call.
  void flush(std::size_t unless_below_bytes = 0) {
    if (field_.written().size() < unless_below_bytes) return;
    gzip_.append(field_.written());
    field_.clear();
  }

  void write_type(std::uint32_t field, std::string_view type, std::string_view unit) {
    WireWriter message;
    message.number(1, string(type));
    message.number(2, string(unit));
    field_.message(field, message);
  }

  void write_types() {
    write_type(1, "samples", "count");
    write_type(1, "wall-time", "nanoseconds");
    for (const std::string_view type : kTypeOfColumn) write_type(1, type, "nanoseconds");
  }

  // One sample for each category, so that each can say its own.
  void write_row(const analysis::LinkedRow& row, const std::vector<std::uint64_t>& locations) {
    const std::string labels = labels_of(row);
    for (std::size_t column = 0; column < kTimeColumns; ++column) {
      std::array<std::int64_t, kTypes> values{};
      values[kWallType] = values[kFirstColumnType + column] = row.time.ns[column];
      if (column == 0) values[kCountType] = static_cast<std::int64_t>(row.time.samples);
      if (values == std::array<std::int64_t, kTypes>{}) continue;
      sample_.clear();
      sample_.packed<std::uint64_t>(1, locations);
      sample_.packed<std::int64_t>(2, values);
      label_.clear();
      add_text(label_, "category", column_name(column));
      field_.bytes(2, sample_.written() + label_.written() + labels);
    }
    constexpr std::size_t kWorthTheCall = 1 << 16;
    flush(kWorthTheCall);
  }

  void add_text(WireWriter& labels, std::string_view key, std::string_view value) {
    WireWriter message;
    message.number(1, string(key));
    message.number(2, string(value));
    labels.message(3, message);
  }

  void add_number(WireWriter& labels, std::string_view key, std::uint64_t value) {
    if (value == 0) return;
    WireWriter message;
    message.number(1, string(key));
    message.number(3, value);
    labels.message(3, message);
  }

  std::string labels_of(const analysis::LinkedRow& row) {
    WireWriter labels;
    if (row.thread != kNone) {
      add_number(labels, "thread id",
                 static_cast<std::uint32_t>(recording_.threads.tid[row.thread]));
      add_text(labels, "thread name", safe_name(recording_.threads.name[row.thread]));
    }
    if (row.span == kNone) return labels.written();
    const analysis::SpanTable& spans = recording_.spans;
    const std::uint64_t id = spans.span_id[row.span], root_id = spans.root_span_id[row.span];
    add_text(labels, "trace endpoint", safe_name(recording_.names[spans.endpoint[row.span]]));
    if (labels_ == PprofLabels::kDatadog) {
      add_number(labels, "span id", id);
      add_number(labels, "local root span id", root_id);
      return labels.written();
    }
    add_text(labels, "span_id", hex_id(id));
    add_text(labels, "span_name", safe_name(recording_.names[spans.name[row.span]]));
    if (root_id != 0) add_text(labels, "local_root_span_id", hex_id(root_id));
    if ((spans.trace_id_high[row.span] | spans.trace_id_low[row.span]) != 0) {
      add_text(labels, "trace_id",
               hex_id(spans.trace_id_high[row.span], spans.trace_id_low[row.span]));
    }
    return labels.written();
  }

  std::uint64_t function(const analysis::CodeLocation& line) {
    const auto [entry, is_new] =
        functions_.try_emplace({line.function, line.file}, functions_.size() + 1);
    if (!is_new) return entry->second;
    WireWriter message;
    message.number(1, entry->second);
    message.number(2, string(line.function));
    // No system name: one that is equal to the name makes pprof cut arguments and templates off.
    message.number(4, string(line.file));
    field_.message(5, message);
    return entry->second;
  }

  void write_places() {
    for (std::size_t row = 0; row < recording_.modules.size(); ++row) {
      const analysis::Module& module = recording_.modules[row];
      WireWriter message;
      message.number(1, row + 1);
      message.number(2, module.begin);
      message.number(3, module.end);
      message.number(5, string(safe_name(module.path)));
      message.number(6, string(module.build_id));
      // All that is known of it is here: pprof need not look for the file.
      for (const std::uint32_t has : {7u, 8u, 9u, 10u}) message.number(has, 1);
      field_.message(3, message);
    }
    const std::vector<CodePlace>& places = places_.all();
    for (std::size_t row = 0; row < places.size(); ++row) {
      WireWriter message;
      message.number(1, row + 1);
      if (places[row].module != kNone) message.number(2, places[row].module + 1);
      message.number(3, places[row].address);
      for (const analysis::CodeLocation& code : places[row].lines) {
        WireWriter line;
        line.number(1, function(code));
        line.integer(2, code.line);
        message.message(4, line);
      }
      field_.message(4, message);
    }
  }

  void write_header() {
    const analysis::TimeIndex& index = selection_.engine.index();
    field_.integer(9, realtime_ns(recording_, index.begin_ns()));
    field_.integer(10, index.end_ns() - index.begin_ns());
    write_type(11, "cpu", "nanoseconds");
    const auto rate_hz = recording_.settings.find("rate_hz");
    const long hz = rate_hz == recording_.settings.end() ? 0 : std::atol(rate_hz->second.c_str());
    if (hz > 0) field_.integer(12, 1'000'000'000 / hz);
    field_.number(13, string("plumbline export: " + safe_name(selection_.question)));
    field_.number(14, string("wall-time"));
  }

  const Selection& selection_;
  const analysis::Recording& recording_;
  const PprofLabels labels_;
  Gzip gzip_;
  CodePlaces places_;
  WireWriter field_, sample_, label_;
  std::vector<std::string> strings_;
  std::unordered_map<std::string, std::uint64_t> string_rows_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> functions_;
};

}  // namespace

Losses export_pprof(const Selection& selection, PprofLabels labels, const Sink& sink) {
  PprofWriter(selection, labels, sink).run();
  Losses losses = {
      "pprof: times of spans, waits and samples are not in it; a sample is a sum over a stack, "
      "span "
      "and thread (chrome has them)",
      "pprof: CPU of one span or endpoint among several is by its samples; exact for the whole "
      "file: export --endpoint or --span for one",
      "pprof: no 95 % intervals; reasons of `other` are frames in brackets"};
  if (labels == PprofLabels::kDatadog) {
    losses.push_back(
        "pprof: numeric ids cannot be filtered by `go tool pprof` (it compares them as doubles); "
        "trace ids and names of spans are left out");
  }
  return losses;
}

std::int64_t realtime_ns(const analysis::Recording& recording, std::int64_t monotonic_ns) {
  return recording.header.start_realtime_ns + (monotonic_ns - recording.header.start_monotonic_ns);
}

}  // namespace plumbline::exports
