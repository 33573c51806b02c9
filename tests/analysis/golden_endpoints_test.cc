// Rows S29 to S38 (analysis/README.md) on the golden recordings, lock insight, and that all tables
// of one recording agree to the nanosecond.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "analysis/attribution/locks.h"
#include "analysis/attribution/requests.h"
#include "harness/cli/diff_command.h"
#include "harness/cli/endpoints_command.h"
#include "harness/cli/hotspots_command.h"
#include "harness/cli/locks_command.h"
#include "tests/analysis/command_output.h"
#include "tests/analysis/golden_recording.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using nlohmann::json;
using test::golden_file;
using test::kGoldenRequests;
using test::kMs;

class GoldenEndpoints : public test::GoldenTest {
 protected:
  static json document(test::AddCommand add, std::vector<std::string> arguments,
                       const std::string& kept_as = "") {
    harness::Outcome outcome;
    arguments.push_back("--json");
    const std::string text = test::output_of(add, std::move(arguments), outcome);
    EXPECT_EQ(outcome.exit_code, 0);
    if (!kept_as.empty()) test::keep_document("golden_" + kept_as, text);
    return json::parse(text);
  }
  static json endpoints(std::vector<std::string> more, const std::string& kept_as = "") {
    more.insert(more.begin(), "endpoints");
    return document(harness::add_endpoints_command, std::move(more), kept_as);
  }
  static json named(const json& rows, const std::string& endpoint) {
    for (const json& row : rows) {
      if (row["endpoint"] == endpoint) return row;
    }
    ADD_FAILURE() << "no " << endpoint;
    return {};
  }

  const std::string file_ = golden_file("shop.plumb");
};

TEST_F(GoldenEndpoints, S29_WithoutAnyOptionThereAreEndpoints) {
  EXPECT_EQ(recording_.settings.at("rate_by"), "default");
  std::set<std::string> names;
  for (const EndpointRow& row : endpoints_of(recording_, partition_).rows) {
    names.insert(recording_.names[row.name]);
  }
  EXPECT_EQ(names, (std::set<std::string>{"GET /report", "GET /stock", "GET /idle", "POST /order",
                                          "POST /rebuild"}));
}

// The endpoint was named at the root's very end; until then the root was "HTTP GET".
TEST_F(GoldenEndpoints, S29_AnEndpointThatIsNamedLateHasAllItsSpans) {
  for (const char* wanted : {"HTTP GET", "query", "audit", "render", "forgotten"}) {
    ASSERT_EQ(spans_named(wanted).size(), kGoldenRequests) << wanted;
    for (const Index row : spans_named(wanted)) EXPECT_EQ(endpoint(row), "GET /report");
  }
}

TEST_F(GoldenEndpoints, S30_AScopeOfAnEndpointHasItsSpansAlone) {
  const std::vector<Index> picked = of_endpoint("GET /report");
  std::uint64_t spans = 0;
  for (const SpanRange& range : engine_.scoped(picked, Scope::kChildren).ranges) {
    for (Index position = range.from; position < range.to; ++position, ++spans) {
      EXPECT_EQ(endpoint(engine_.index().forest().row_at(position)), "GET /report");
    }
  }
  EXPECT_EQ(spans, 5 * kGoldenRequests);
}

TEST_F(GoldenEndpoints, S31_CountsLatenciesWallAndCpu) {
  const json row = named(endpoints({file_}, "endpoints")["endpoints"], "GET /report");
  std::vector<std::int64_t> elapsed_ns;
  for (const Index root : of_endpoint("GET /report")) {
    elapsed_ns.push_back(recording_.spans.end_ns[root] - recording_.spans.start_ns[root]);
  }
  std::sort(elapsed_ns.begin(), elapsed_ns.end());
  EXPECT_EQ(row["requests"], kGoldenRequests);
  EXPECT_EQ(row["p50_ns"], elapsed_ns[19]);
  EXPECT_EQ(row["p95_ns"], elapsed_ns[37]);
  EXPECT_EQ(row["p99_ns"], elapsed_ns[39]);
  EXPECT_EQ(row["max_ns"], elapsed_ns[39]);
  EXPECT_GE(elapsed_ns[0], 4 * kMs);  // lock, reply, terminal, sleep, and what is burnt
  EXPECT_GT(row["parallelism"], 1.0);
}

TEST_F(GoldenEndpoints, S32_TheBottlenecksOfAnEndpointRankFirst) {
  const SelectedTime time = time_of(of_endpoint("GET /report"));
  const std::vector<Method> methods = engine_.methods(time);
  std::set<std::string> first;
  for (std::size_t i = 0; i < 2; ++i) first.insert(function(methods[i]).substr(0, 4));
  EXPECT_TRUE(first.contains("spin")) << function(methods[0]) << ", " << function(methods[1]);
  for (std::size_t i = 1; i < methods.size(); ++i) {
    EXPECT_GE(methods[i - 1].self.wall_ns(), methods[i].self.wall_ns());
  }
}

TEST_F(GoldenEndpoints, S33_TopEndpointsByTotalAndPerCall) {
  const auto order = [&](std::vector<std::string> options) {
    options.insert(options.begin(), file_);
    std::vector<double> values;
    const json sorted = endpoints(std::move(options));
    for (const json& row : sorted["endpoints"]) {
      const char* key = sorted["sort"]["per_call"] ? "per_call" : "time";
      values.push_back(row[key]["category_ns"]["cpu"].get<double>());
    }
    return values;
  };
  for (const auto& options :
       std::vector<std::vector<std::string>>{{"--sort", "cpu"}, {"--sort", "cpu", "--per-call"}}) {
    const std::vector<double> values = order(options);
    EXPECT_EQ(values.size(), 5u);
    EXPECT_TRUE(std::is_sorted(values.rbegin(), values.rend()));
  }
}

TEST_F(GoldenEndpoints, S34_CodeIsGroupedByWhoseItIs) {
  const SelectedTime time = time_of(of_endpoint("GET /report"));
  const std::vector<Method> methods = engine_.methods(time);
  const auto owners = time_by_owner(methods, engine_.paths());
  TimeSum sum;
  for (const TimeSum& owner : owners) sum += owner;
  EXPECT_EQ(sum.ns, columns_of(time.all()));
  const std::int64_t own_ns = owners[static_cast<std::size_t>(CodeOwner::kOwn)].wall_ns();
  EXPECT_GT(own_ns, sum.wall_ns() / 2);
  for (const Method& row : methods) {
    const Frame& frame = engine_.paths().frames()[row.frame];
    if (frame.function == "start_thread") {
      EXPECT_EQ(frame.owner, CodeOwner::kLibc);
    }
    if (frame.function.find("burn_hot") != std::string::npos) {
      EXPECT_EQ(frame.owner, CodeOwner::kOwn);
    }
  }
}

TEST_F(GoldenEndpoints, S35_AllSpansOfAnEndpointAreOneRow) {
  const EndpointTable table = endpoints_of(recording_, partition_);
  EXPECT_EQ(table.rows.size(), 5u);
  for (const EndpointRow& row : table.rows) {
    const bool is_idle = recording_.names[row.name] == "GET /idle";
    EXPECT_EQ(row.requests, is_idle ? 1 : kGoldenRequests);
  }
}

TEST_F(GoldenEndpoints, S36_TheRegressionIsFoundAndNoiseIsNot) {
  const json slower =
      endpoints({golden_file("slower.plumb"), "--baseline", file_}, "slower")["baseline"];
  const json order = named(slower["endpoints"], "POST /order");
  EXPECT_EQ(order["verdict"], "regressed");
  for (const json& figure : order["figures"]) {
    const bool is_changed = figure["figure"] == "elapsed" || figure["figure"] == "cpu";
    EXPECT_EQ(figure["verdict"], is_changed ? "worse" : "no_change_shown") << figure;
    if (figure["figure"] != "cpu") continue;
    EXPECT_NEAR(figure["change_percent"].get<double>(), 50, 5);  // burns half as much again
    EXPECT_EQ(figure["effect"], "large");
  }
  EXPECT_EQ(named(slower["endpoints"], "GET /export")["verdict"], "new");
  EXPECT_GT(named(slower["endpoints"], "GET /export")["wall_percent"], 1);
  for (const char* unchanged : {"GET /report", "POST /rebuild", "GET /stock"}) {
    EXPECT_EQ(named(slower["endpoints"], unchanged)["verdict"], "no_change_shown") << unchanged;
  }
  const json again =
      endpoints({golden_file("again.plumb"), "--baseline", file_}, "again")["baseline"];
  for (const json& row : again["endpoints"]) {
    const bool is_idle = row["endpoint"] == "GET /idle";
    EXPECT_EQ(row["verdict"], is_idle ? "too_few" : "no_change_shown") << row;
  }
}

TEST_F(GoldenEndpoints, S37_EndpointsOverRecordingsInSequence) {
  const std::vector<std::string> files = {file_, golden_file("again.plumb"),
                                          golden_file("slower.plumb")};
  const json all = endpoints(files, "series");
  ASSERT_EQ(all["recordings"].size(), 3u);
  EXPECT_LT(all["recordings"][0]["start_unix_ns"], all["recordings"][1]["start_unix_ns"]);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const json one = endpoints({files[i]});
    const json point = named(all["series"], "POST /order")["points"][i];
    const json row = named(one["endpoints"], "POST /order");
    EXPECT_EQ(point["time"], row["time"]);
    EXPECT_EQ(point["p95_ns"], row["p95_ns"]);
  }
  EXPECT_EQ(named(all["series"], "GET /export")["points"][0]["requests"], 0);
}

// The overhead's gate and the options are elsewhere; here: spans by hand, and the knobs as set.
TEST_F(GoldenEndpoints, S38_SpansByHandAndTheKnobsAreInTheRecording) {
  for (const char* knob : {"rate_hz", "budget_percent", "ring_kib", "flush_ms", "endpoints"}) {
    EXPECT_FALSE(recording_.settings.at(knob).empty()) << knob;
  }
  EXPECT_EQ(spans_named("forgotten").size(), kGoldenRequests);  // StartSpan and End alone
}

TEST_F(GoldenEndpoints, QueueTimeIsFromCaptureToActivation) {
  const json order = named(endpoints({file_})["endpoints"], "POST /order");
  EXPECT_EQ(order["queue"]["hand_overs"], kGoldenRequests);
  EXPECT_GE(order["queue"]["total_ns"], 40 * kMs);  // each was taken up 1 ms later
  const json report = named(endpoints({file_})["endpoints"], "GET /report");
  EXPECT_EQ(report["queue"]["hand_overs"], 2 * kGoldenRequests);  // query and audit
}

TEST_F(GoldenEndpoints, TheLocksHolderIsKnownByFunctionSpanAndEndpoint) {
  const json locks = document(harness::add_locks_command, {"locks", file_}, "locks");
  ASSERT_EQ(locks["locks"].size(), 1u);
  const json& lock = locks["locks"][0];
  EXPECT_EQ(lock["waiters"][0]["endpoint"], "GET /report");
  EXPECT_EQ(lock["holders"][0]["endpoint"], "POST /rebuild");
  EXPECT_EQ(lock["holders"][0]["blocked_ns"], lock["blocked_ns"]);
  const LockTable table = locks_of(recording_, partition_, engine_.index().forest());
  HotspotEngine names(recording_, partition_, {});
  const std::vector<Method> held = names.methods({{}, {}, 0, {}, table.rows[0].held.keys});
  ASSERT_FALSE(held.empty());
  const std::string first = names.paths().frames()[held.front().frame].function;
  EXPECT_NE(first.find("sleep_ms"), std::string::npos) << first;
  EXPECT_GT(held.front().self.ns[at(Category::kSync)], table.rows[0].blocked_ns / 2);
}

// Fault: addresses without names are shown as if that were all. Pass: it is said what is missing.
TEST_F(GoldenEndpoints, ARecordingWhoseProgramIsNotThereIsShownByAddress) {
  for (const auto& [add, arguments] :
       std::vector<std::pair<test::AddCommand, std::vector<std::string>>>{
           {harness::add_hotspots_command, {"hotspots", file_}},
           {harness::add_locks_command, {"locks", file_}},
           {harness::add_diff_command, {"diff", file_, file_}}}) {
    const json notes = document(add, arguments)["notes"];
    EXPECT_NE(notes.dump().find("modules could not be read"), std::string::npos) << notes;
  }
}

// The same selection has the same sums in hotspots, endpoints, requests, locks and diff, and in
// their JSON: in every category, to the nanosecond.
TEST_F(GoldenEndpoints, AllTablesAgreeToTheNanosecond) {
  const json rows = endpoints({file_})["endpoints"];
  const json diff = document(harness::add_diff_command, {"diff", file_, file_}, "diff");
  const TimeParts whole = engine_.time_of(engine_.whole()).all();
  for (const json& row : diff["categories"]) EXPECT_EQ(row["change_ns"], 0);
  EXPECT_EQ(diff["a"]["wall_ns"], whole.wall_ns());
  std::map<std::string, TimeColumns> by_request;
  for (const Request& request : requests_of(recording_, partition_)) {
    TimeColumns& sum = by_request[endpoint(request.root)];
    for (std::size_t i = 0; i < kTimeColumns; ++i) sum[i] += request.ns[i];
  }
  for (const EndpointRow& row : endpoints_of(recording_, partition_).rows) {
    const std::string& wanted = recording_.names[row.name];
    const TimeParts all = row.time_and_uncovered();
    EXPECT_EQ(time_of(of_endpoint(wanted)).all(), all) << wanted;
    EXPECT_EQ(by_request[wanted], columns_of(all)) << wanted;
    const json hotspots =
        document(harness::add_hotspots_command, {"hotspots", file_, "--endpoint", wanted});
    const json one = document(harness::add_diff_command,
                              {"diff", file_, "--endpoint", wanted, "--against", wanted});
    const json table = named(rows, wanted);
    for (std::size_t i = 0; i < format::kCategoryCount; ++i) {
      const std::string category(format::kCategoryIds[i]);
      EXPECT_EQ(table["time"]["category_ns"][category], all.category[i]) << wanted;
      EXPECT_EQ(hotspots["breakdown"][i]["ns"], all.category[i]) << wanted;
      EXPECT_EQ(one["b"]["columns_ns"][category], all.category[i]) << wanted;
    }
    EXPECT_EQ(hotspots["elapsed_ns"], table["elapsed_ns"]);
    EXPECT_EQ(hotspots["uncovered_ns"], table["uncovered_ns"]);
  }
  const LockTable locks = locks_of(recording_, partition_, engine_.index().forest());
  EXPECT_EQ(locks.blocked_ns, whole.category[at(Category::kLock)]);
  EXPECT_EQ(locks.lock_ns, locks.blocked_ns);
}

}  // namespace
}  // namespace plumbline::analysis
