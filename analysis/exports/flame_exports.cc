// Folded stacks and speedscope: frames by name, root first, and a time. Neither has a place for a
// negative time, so those stay out and are said.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/exports/export_text.h"
#include "analysis/exports/exports.h"
#include "analysis/io/terminal_text.h"

namespace plumbline::exports {
namespace {

using analysis::Index;
using analysis::kTimeColumns;
using analysis::TimeSum;

std::int64_t value_of(const TimeSum& time, std::size_t column) {
  return column < kTimeColumns ? time.ns[column] : time.wall_ns();
}

std::string_view name_of(std::size_t column) {
  return column < kTimeColumns ? column_name(column) : "wall";
}

// What stays out of a column.
struct Negative {
  std::size_t column;
  std::int64_t ns;
};

Losses losses_of(std::string_view format, const std::vector<Negative>& negative) {
  Losses losses = {fmt::format("{}: spans, endpoints, threads and times are not in it: export a "
                               "selection for each (--endpoint, --span)",
                               format),
                   fmt::format("{}: sample counts and 95 % intervals are not in it", format)};
  for (const Negative& left_out : negative) {
    losses.push_back(fmt::format("{}: negative times have no place: of {} {} ns are left out",
                                 format, name_of(left_out.column), left_out.ns));
  }
  return losses;
}

std::string frame_text(const analysis::Frame& frame) {
  if (frame.file.empty()) return frame.function;
  return fmt::format("{} ({}:{})", frame.function, frame.file, frame.line);
}

class SpeedscopeWriter {
 public:
  SpeedscopeWriter(const Selection& selection, const Sink& sink)
      : selection_(selection), sink_(sink) {}

  std::vector<Negative> run() {
    for (const analysis::KeyTime& key : selection_.time.keys) {
      selection_.engine.path_of(key.key);  // all frames are known before the first is written
    }
    sink_(R"({"$schema":"https://www.speedscope.app/file-format-schema.json","name":)");
    sink_(json_text("plumbline: " + safe_name(selection_.question)));
    sink_(R"(,"exporter":"plumbline","activeProfileIndex":0,"shared":{"frames":[)");
    write_frames();
    sink_("]},\"profiles\":[");
    write_profile(kTimeColumns);
    for (std::size_t column = 0; column < kTimeColumns; ++column) {
      const auto& keys = selection_.time.keys;
      const bool has_any = std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
        return value_of(key.time, column) != 0;
      });
      if (!has_any) continue;
      sink_(",\n");
      write_profile(column);
    }
    sink_("]}\n");
    return negative_;
  }

 private:
  void write_frames() {
    const char* separator = "\n";
    for (const analysis::Frame& frame : selection_.engine.paths().frames()) {
      std::string text =
          separator + fmt::format("{{\"name\":{}", json_text(safe_name(frame.function)));
      if (!frame.file.empty()) {
        text += fmt::format(",\"file\":{}", json_text(safe_name(frame.file)));
        if (frame.line > 0) text += fmt::format(",\"line\":{}", frame.line);
      }
      sink_(text + '}');
      separator = ",\n";
    }
  }

  void write_profile(std::size_t column) {
    std::int64_t sum_ns = 0, negative_ns = 0;
    std::string samples, weights;
    for (const analysis::KeyTime& key : selection_.time.keys) {
      const std::int64_t ns = value_of(key.time, column);
      if (ns < 0) negative_ns += ns;
      if (ns <= 0) continue;
      sum_ns += ns;
      const auto path = selection_.engine.path_of(key.key);
      samples += samples.empty() ? "[" : ",\n[";
      for (std::size_t at = path.size(); at-- > 0;) {
        samples += fmt::format("{}{}", path[at], at > 0 ? "," : "]");
      }
      weights += fmt::format("{}{}", weights.empty() ? "" : ",", ns);
    }
    if (negative_ns != 0) negative_.push_back({column, negative_ns});
    sink_(
        fmt::format("{{\"type\":\"sampled\",\"name\":\"{}\",\"unit\":\"nanoseconds\","
                    "\"startValue\":0,\"endValue\":{},\"samples\":[",
                    name_of(column), sum_ns));
    sink_(samples);
    sink_("],\"weights\":[");
    sink_(weights);
    sink_("]}");
  }

  const Selection& selection_;
  const Sink& sink_;
  std::vector<Negative> negative_;
};

}  // namespace

Losses export_folded(const Selection& selection, std::size_t column, const Sink& sink) {
  std::int64_t negative_ns = 0;
  for (const analysis::KeyTime& key : selection.time.keys) {
    const std::int64_t ns = value_of(key.time, column);
    if (ns < 0) negative_ns += ns;
    if (ns <= 0) continue;
    const auto path = selection.engine.path_of(key.key);
    std::string line;
    for (std::size_t at = path.size(); at-- > 0;) {
      line += folded_name(frame_text(selection.engine.paths().frames()[path[at]]));
      if (at > 0) line += ';';
    }
    sink(fmt::format("{} {}\n", line, ns));
  }
  std::vector<Negative> negative;
  if (negative_ns != 0) negative.push_back({column, negative_ns});
  Losses losses = losses_of("folded", negative);
  losses.push_back(fmt::format("folded: of the categories it has one: {}", name_of(column)));
  return losses;
}

Losses export_speedscope(const Selection& selection, const Sink& sink) {
  return losses_of("speedscope", SpeedscopeWriter(selection, sink).run());
}

}  // namespace plumbline::exports
