// Every export is read back, by this project's readers where it has one and as JSON elsewhere, and
// adds up to the selected time, category by category, to the nanosecond.
//
// Recordings at random: seed 20261123, 60 of them; no statistics.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/attribution/linked_time.h"
#include "analysis/exports/export_text.h"
#include "analysis/exports/exports.h"
#include "tests/analysis/exported.h"
#include "tests/analysis/random_recording.h"

namespace plumbline::exports {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::kResidualColumn;
using analysis::kTimeColumns;
using analysis::TimeColumns;
using analysis::TimeSum;
using nlohmann::json;
using test::Exported;
using test::nanoseconds;
using test::read_back;
using test::read_packed;

constexpr std::uint64_t kSeed = 20261123;
constexpr int kRounds = 60;

std::map<std::string, std::int64_t> sums_by_type(const formats::StackProfile& profile) {
  std::map<std::string, std::int64_t> sums;
  for (std::size_t type = 0; type < profile.sample_types.size(); ++type) {
    std::int64_t& sum = sums[std::string(profile.name(profile.sample_types[type].type))];
    for (std::size_t i = 0; i < profile.samples.size(); ++i) sum += profile.value(i, type);
  }
  return sums;
}

std::int64_t wall_of(const TimeColumns& columns) {
  std::int64_t sum = 0;
  for (const std::int64_t ns : columns) sum += ns;
  return sum;
}

const std::vector<std::string> kPprofTypes = {"cpu-time",      "lock-acquire-wait", "sync-wait",
                                              "file-io-time",  "socket-io-time",    "runqueue-time",
                                              "uncategorized", "residual"};

class ExportsProperty : public testing::TestWithParam<int> {
 protected:
  ExportsProperty()
      : random_(kSeed + static_cast<std::uint64_t>(GetParam())), exported_(random_.read()) {}

  template <class Check>
  void in_every_scope(Check check) {
    std::vector<Index> picked = {0};
    for (Index row = 0; row < exported_.recording().spans.size(); ++row) {
      if (random_.one_in(3)) picked.push_back(row);
    }
    using analysis::Scope;
    for (const Scope scope : {Scope::kSpan, Scope::kChildren, Scope::kPeriod, Scope::kFull}) {
      SCOPED_TRACE(analysis::kScopeIds[static_cast<std::size_t>(scope)]);
      check(exported_.selection(picked, scope));
    }
    SCOPED_TRACE("whole");
    check(exported_.whole());
  }

  static TimeColumns expected(const Selection& selection) {
    return analysis::columns_of(selection.time.all());
  }

  test::RandomRecording random_;
  Exported exported_;
};

TEST_P(ExportsProperty, LinkedRowsAddUpToTheirStacks) {
  in_every_scope([&](const Selection& selection) {
    const auto& index = exported_.engine().index();
    std::map<Index, TimeSum> by_key;
    std::map<Index, TimeColumns> by_span;
    for (const auto& row :
         analysis::linked_time(selection.recording, index, selection.scope, selection.time)) {
      by_key[row.key] += row.time;
      for (std::size_t i = 0; i < kTimeColumns; ++i) by_span[row.span][i] += row.time.ns[i];
    }
    for (const auto& key : selection.time.keys) {
      ASSERT_EQ(by_key[key.key], key.time) << key.key;
      by_key.erase(key.key);
    }
    for (const auto& [key, sum] : by_key) ASSERT_TRUE(sum.is_nothing()) << key;
    TimeColumns sum{};
    for (const analysis::SpanTime& span : analysis::time_by_span(index, selection.scope)) {
      for (std::size_t i = 0; i < kTimeColumns; ++i) {
        sum[i] += span.ns[i];
        const bool exact = i != 0 && !(span.span == kNone && i == 6);
        // What is on no thread is in the rows of no span.
        if (exact) {
          ASSERT_EQ(by_span[span.span][i], span.ns[i]) << span.span << " " << i;
        }
      }
    }
    ASSERT_EQ(sum, analysis::columns_of(selection.time.on_threads));
  });
}

TEST_P(ExportsProperty, PprofAddsUp) {
  in_every_scope([&](const Selection& selection) {
    for (const PprofLabels labels : {PprofLabels::kOwn, PprofLabels::kDatadog}) {
      auto sums = sums_by_type(read_packed(
          Exported::text([&](const Sink& sink) { export_pprof(selection, labels, sink); })));
      const TimeColumns want = expected(selection);
      for (std::size_t i = 0; i < kTimeColumns; ++i) ASSERT_EQ(sums[kPprofTypes[i]], want[i]);
      ASSERT_EQ(sums["wall-time"], wall_of(want));
      ASSERT_EQ(sums["samples"], static_cast<std::int64_t>(selection.time.sampling.samples));
    }
  });
}

TEST_P(ExportsProperty, OtlpProfilesAddUp) {
  in_every_scope([&](const Selection& selection) {
    const std::string bytes =
        Exported::text([&](const Sink& sink) { export_otlp_profiles(selection, sink); });
    auto sums = sums_by_type(read_back(bytes, "x.otlp.pb"));
    const TimeColumns want = expected(selection);
    for (std::size_t i = 0; i < kTimeColumns; ++i) {
      ASSERT_EQ(sums[std::string(column_name(i))], want[i]) << i;
    }
  });
}

TEST_P(ExportsProperty, OtlpSpansAddUp) {
  in_every_scope([&](const Selection& selection) {
    TimeColumns sums{};
    std::int64_t nowhere_ns = 0;
    const auto take = [&](const json& attributes, const std::string& prefix) {
      for (const json& attribute : attributes) {
        const std::string key = attribute["key"];
        for (std::size_t i = 0; i < kTimeColumns; ++i) {
          if (key != prefix + std::string(column_name(i)) + "_ns") continue;
          sums[i] += std::stoll(attribute["value"]["intValue"].get<std::string>());
        }
        if (key == "plumbline.not_on_any_thread_ns") {
          nowhere_ns = std::stoll(attribute["value"]["intValue"].get<std::string>());
        }
      }
    };
    const json document =
        json::parse(Exported::text([&](const Sink& sink) { export_otlp_spans(selection, sink); }));
    const json& resource = document["resourceSpans"][0];
    take(resource["resource"]["attributes"], "plumbline.no_span.");
    for (const json& span : resource["scopeSpans"][0]["spans"]) {
      take(span["attributes"], "plumbline.self.");
      ASSERT_NE(span["traceId"], std::string(32, '0'));
      ASSERT_LE(std::stoll(span["startTimeUnixNano"].get<std::string>()),
                std::stoll(span["endTimeUnixNano"].get<std::string>()));
    }
    ASSERT_EQ(sums, analysis::columns_of(selection.time.on_threads));
    ASSERT_EQ(nowhere_ns, selection.time.uncovered_ns);
  });
}

// Of what has no place in a format without negative numbers.
std::int64_t positive_ns(const Selection& selection, std::size_t column) {
  std::int64_t sum = 0;
  for (const auto& key : selection.time.keys) {
    sum +=
        std::max<std::int64_t>(0, column < kTimeColumns ? key.time.ns[column] : key.time.wall_ns());
  }
  return sum;
}

// What the losses say, in nanoseconds below 0.
std::int64_t said_left_out(const Losses& losses, const std::string& column) {
  for (const std::string& loss : losses) {
    const std::size_t at = loss.find("of " + column + " -");
    if (at != std::string::npos) return std::stoll(loss.substr(at + 4 + column.size()));
  }
  return 0;
}

TEST_P(ExportsProperty, FoldedAddsUp) {
  in_every_scope([&](const Selection& selection) {
    for (std::size_t column = 0; column <= kTimeColumns; ++column) {
      Losses losses;
      const std::string text = Exported::text(
          [&](const Sink& sink) { losses = export_folded(selection, column, sink); });
      const std::int64_t want = positive_ns(selection, column);
      const std::int64_t got =
          text.empty() ? 0 : sums_by_type(read_back(text, "x.folded"))["samples"];
      ASSERT_EQ(got, want);
      const TimeColumns exact = expected(selection);
      const std::string name = column < kTimeColumns ? std::string(column_name(column)) : "wall";
      ASSERT_EQ(got + said_left_out(losses, name),
                column < kTimeColumns ? exact[column] : wall_of(exact));
    }
  });
}

TEST_P(ExportsProperty, SpeedscopeAddsUp) {
  in_every_scope([&](const Selection& selection) {
    Losses losses;
    const json document = json::parse(
        Exported::text([&](const Sink& sink) { losses = export_speedscope(selection, sink); }));
    std::map<std::string, std::int64_t> sums;
    for (const json& profile : document["profiles"]) {
      ASSERT_EQ(profile["samples"].size(), profile["weights"].size());
      std::int64_t& sum = sums[profile["name"]];
      for (const json& weight : profile["weights"]) sum += weight.get<std::int64_t>();
      ASSERT_EQ(profile["endValue"], sum);
      for (const json& stack : profile["samples"]) {
        for (const json& frame : stack) ASSERT_LT(frame, document["shared"]["frames"].size());
      }
    }
    const TimeColumns want = expected(selection);
    for (std::size_t i = 0; i < kTimeColumns; ++i) {
      const std::string name(column_name(i));
      ASSERT_EQ(sums[name] + said_left_out(losses, name), want[i]);
    }
    ASSERT_EQ(sums["wall"] + said_left_out(losses, "wall"), wall_of(want));
  });
}

// Slices of a thread: each lies within the one that is open, or begins behind it.
void expect_nested(const json& events) {
  std::map<std::int64_t, std::vector<std::int64_t>> open_ends;
  for (const json& event : events) {
    if (event["ph"] != "X") continue;
    const std::int64_t begin = nanoseconds(event["ts"]), end = begin + nanoseconds(event["dur"]);
    auto& ends = open_ends[event["tid"].get<std::int64_t>()];
    while (!ends.empty() && ends.back() <= begin) ends.pop_back();
    if (!ends.empty()) {
      ASSERT_LE(end, ends.back()) << event;
    }
    ends.push_back(end);
  }
}

TEST_P(ExportsProperty, ChromeAddsUpAndNests) {
  in_every_scope([&](const Selection& selection) {
    const json document =
        json::parse(Exported::text([&](const Sink& sink) { export_chrome(selection, sink); }));
    TimeColumns sums{};
    for (const json& event : document["traceEvents"]) {
      if (event["ph"] != "X") continue;
      std::int64_t wait_ns = 0;
      for (std::size_t i = 0; i < kTimeColumns; ++i) {
        const std::int64_t ns = event["args"].value(std::string(column_name(i)) + "_ns", 0ll);
        sums[i] += ns;
        wait_ns += ns;
      }
      const bool is_wait = event["cat"] != "span" && event["cat"] != "no_span";
      if (is_wait) {
        ASSERT_EQ(wait_ns, nanoseconds(event["dur"]));
      }
    }
    expect_nested(document["traceEvents"]);
    ASSERT_EQ(sums, analysis::columns_of(selection.time.on_threads));
    ASSERT_EQ(document["otherData"]["not_on_any_thread_ns"],
              std::to_string(selection.time.uncovered_ns));
  });
}

INSTANTIATE_TEST_SUITE_P(Random, ExportsProperty, testing::Range(0, kRounds));

}  // namespace
}  // namespace plumbline::exports
