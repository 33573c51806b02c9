// ProfilesData of opentelemetry-proto 1.11. Each table of the dictionary begins with its zero
// value, holds nothing twice and nothing that is not used; a sample's identity is its stack, its
// attributes and its link.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

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

// Places in ProfilesDictionary.
enum Table : std::uint32_t {
  kMapping = 1,
  kLocation = 2,
  kFunction = 3,
  kLink = 4,
  kString = 5,
  kAttribute = 6,
  kStack = 7
};
constexpr std::size_t kTables = 8;

std::string big_endian(std::uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// Entries by what stands in them, so that nothing is there twice.
class Dictionary {
 public:
  Dictionary() {
    for (std::uint32_t table = kMapping; table <= kStack; ++table) entry(table, "");
  }

  std::uint64_t entry(std::uint32_t table, const std::string& content) {
    const auto [known, is_new] =
        rows_[table].try_emplace(content, static_cast<std::uint64_t>(rows_[table].size()));
    if (is_new) written_[table].bytes(table, content);
    return known->second;
  }
  std::uint64_t entry(std::uint32_t table, const WireWriter& content) {
    return entry(table, content.written());
  }
  std::uint64_t string(std::string_view text) { return entry(kString, std::string(text)); }

  std::string written() const {
    std::string all;
    for (const WireWriter& table : written_) all += table.written();
    return all;
  }

 private:
  std::array<std::map<std::string, std::uint64_t>, kTables> rows_;
  std::array<WireWriter, kTables> written_;
};

struct Observation {
  std::uint64_t stack, link;
  std::vector<std::uint64_t> attributes;
  std::int64_t ns;

  auto identity() const { return std::tie(stack, link, attributes); }
};

class ProfilesWriter {
 public:
  explicit ProfilesWriter(const Selection& selection)
      : selection_(selection), recording_(selection.recording), places_(selection.recording) {}

  void run(const Sink& sink) {
    const auto rows = analysis::linked_time(recording_, selection_.engine.index(), selection_.scope,
                                            selection_.time);
    gather(rows);
    WireWriter scope_profiles, scope;
    scope.text(1, "plumbline");
    scope_profiles.message(1, scope);
    for (std::size_t column = 0; column < kTimeColumns; ++column) {
      if (!observations_[column].empty()) scope_profiles.message(2, profile_of(column));
    }
    WireWriter resource_profiles, data;
    resource_profiles.message(1, resource());
    resource_profiles.message(2, scope_profiles);
    data.message(1, resource_profiles);
    data.bytes(2, dictionary_.written());
    sink(data.written());
  }

 private:
  void gather(const std::vector<analysis::LinkedRow>& rows) {
    Index key = kNone;
    std::uint64_t stack = 0;
    for (const analysis::LinkedRow& row : rows) {
      if (row.key != key) stack = stack_of(row.key);
      key = row.key;
      const std::uint64_t link = link_of(row.span);
      for (std::size_t column = 0; column < kTimeColumns; ++column) {
        if (row.time.ns[column] == 0) continue;
        observations_[column].push_back(
            {stack, link, attributes_of(row, column), row.time.ns[column]});
      }
    }
  }

  std::uint64_t stack_of(Index key) {
    std::vector<std::uint64_t> locations;
    for (const Index place : places_.of_key(key)) locations.push_back(location(place));
    WireWriter stack;
    stack.packed<std::uint64_t>(1, locations);
    return dictionary_.entry(kStack, stack);
  }

  std::uint64_t location(Index place) {
    if (place < locations_.size() && locations_[place] != 0) return locations_[place];
    if (place >= locations_.size()) locations_.resize(place + 1, 0);
    const CodePlace& code = places_.all()[place];
    WireWriter location;
    if (code.module != kNone) location.number(1, mapping(code.module));
    location.number(2, code.address);
    for (const analysis::CodeLocation& at : code.lines) {
      WireWriter function, line;
      function.number(1, dictionary_.string(at.function));
      function.number(3, dictionary_.string(at.file));
      line.number(1, dictionary_.entry(kFunction, function));
      line.integer(2, at.line);
      location.message(3, line);
    }
    if (code.address != 0) {
      const std::uint64_t native = attribute("profile.frame.type", std::string("native"));
      location.packed<std::uint64_t>(4, std::array{native});
    }
    return locations_[place] = dictionary_.entry(kLocation, location);
  }

  std::uint64_t mapping(Index row) {
    const analysis::Module& module = recording_.modules[row];
    WireWriter mapping;
    mapping.number(1, module.begin);
    mapping.number(2, module.end);
    mapping.number(4, dictionary_.string(safe_name(module.path)));
    if (!module.build_id.empty()) {
      const std::uint64_t id = attribute("process.executable.build_id.gnu", module.build_id);
      mapping.packed<std::uint64_t>(5, std::array{id});
    }
    return dictionary_.entry(kMapping, mapping);
  }

  std::uint64_t link_of(Index span) {
    if (span == kNone) return 0;
    const analysis::SpanTable& spans = recording_.spans;
    WireWriter link;
    link.bytes(1, big_endian(spans.trace_id_high[span]) + big_endian(spans.trace_id_low[span]));
    link.bytes(2, big_endian(spans.span_id[span]));
    return dictionary_.entry(kLink, link);
  }

  std::uint64_t attribute(std::string_view key, const std::string& text) {
    WireWriter value;
    value.bytes(1, text);
    return attribute(key, value);
  }
  std::uint64_t attribute(std::string_view key, std::int64_t number) {
    WireWriter value;
    value.integer(3, number);
    return attribute(key, value);
  }
  std::uint64_t attribute(std::string_view key, const WireWriter& value) {
    WireWriter attribute;
    attribute.number(1, dictionary_.string(key));
    attribute.message(2, value);
    return dictionary_.entry(kAttribute, attribute);
  }

  std::vector<std::uint64_t> attributes_of(const analysis::LinkedRow& row, std::size_t column) {
    std::vector<std::uint64_t> attributes = {
        attribute("profile.wait.category", std::string(column_name(column)))};
    if (row.thread != kNone) {
      attributes.push_back(attribute("thread.id", recording_.threads.tid[row.thread]));
      attributes.push_back(
          attribute("thread.name", safe_name(recording_.threads.name[row.thread])));
    }
    if (row.span == kNone) return attributes;
    const analysis::SpanTable& spans = recording_.spans;
    attributes.push_back(
        attribute("plumbline.endpoint", safe_name(recording_.names[spans.endpoint[row.span]])));
    if (spans.root_span_id[row.span] != 0) {  // a link has no place for it
      attributes.push_back(
          attribute("plumbline.local_root_span_id", hex_id(spans.root_span_id[row.span])));
    }
    return attributes;
  }

  WireWriter profile_of(std::size_t column) {
    std::vector<Observation>& observations = observations_[column];
    std::sort(observations.begin(), observations.end(),
              [](const auto& a, const auto& b) { return a.identity() < b.identity(); });
    const analysis::TimeIndex& index = selection_.engine.index();
    WireWriter profile, type, period_type;
    type.number(1, dictionary_.string(column_name(column)));
    type.number(2, dictionary_.string("nanoseconds"));
    profile.message(1, type);
    for (std::size_t from = 0; from < observations.size();) {
      std::int64_t ns = 0;
      std::size_t to = from;
      for (;
           to < observations.size() && observations[to].identity() == observations[from].identity();
           ++to) {
        ns += observations[to].ns;
      }
      if (ns != 0) profile.message(2, sample(observations[from], ns));
      from = to;
    }
    profile.fixed64(3, static_cast<std::uint64_t>(realtime_ns(recording_, index.begin_ns())));
    profile.integer(4, index.end_ns() - index.begin_ns());
    period_type.number(1, dictionary_.string("cpu"));
    period_type.number(2, dictionary_.string("nanoseconds"));
    profile.message(5, period_type);
    const auto start = static_cast<std::uint64_t>(recording_.header.start_realtime_ns);
    profile.bytes(7, big_endian(start) + big_endian(analysis::mixed(start + column)));
    return profile;
  }

  static WireWriter sample(const Observation& observation, std::int64_t ns) {
    WireWriter sample;
    sample.number(1, observation.stack);
    sample.packed<std::uint64_t>(2, observation.attributes);
    sample.number(3, observation.link);
    sample.packed<std::int64_t>(4, std::array{ns});
    return sample;
  }

  WireWriter resource() {
    WireWriter made;
    const auto add = [&](std::string_view key, const WireWriter& value) {
      WireWriter pair;
      pair.text(1, key);
      pair.message(2, value);
      made.message(1, pair);
    };
    WireWriter pid, name;
    pid.integer(3, recording_.header.pid);
    add("process.pid", pid);
    if (!recording_.modules.empty()) {
      const std::string path = safe_name(recording_.modules[0].path);
      name.bytes(1, path.substr(path.rfind('/') + 1));
      add("process.executable.name", name);
      add("service.name", name);
    }
    return made;
  }

  const Selection& selection_;
  const analysis::Recording& recording_;
  CodePlaces places_;
  Dictionary dictionary_;
  std::vector<std::uint64_t> locations_;  // by row of places_; 0: not yet
  std::array<std::vector<Observation>, kTimeColumns> observations_;
};

}  // namespace

Losses export_otlp_profiles(const Selection& selection, const Sink& sink) {
  ProfilesWriter(selection).run(sink);
  return {
      "otlp-profiles: v1development is alpha: readers of another version may not take it",
      "otlp-profiles: times of waits and samples are not in it; a sample is a sum over a stack, "
      "span "
      "and thread (chrome has them)",
      "otlp-profiles: CPU of one span among several is by its samples; exact for the whole file",
      "otlp-profiles: sample counts and 95 % intervals are not in it; names and times of spans are "
      "in otlp-spans"};
}

}  // namespace plumbline::exports
