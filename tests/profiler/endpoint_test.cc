// Ends and endpoints of spans: by whom, when, and how many names there may be.
#include <set>
#include <thread>
#include <vector>

#include "tests/profiler/recorded_session.h"
#include "tests/profiler/timed_stretches.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;

void on_another_thread(const auto& body) { std::thread(body).join(); }

std::string endpoint_of(const Recording& recording, const char* name) {
  return recording.names[recording.spans.endpoint[span_named(recording, name)]];
}

std::set<std::string> endpoints_in(const Recording& recording) {
  std::set<std::string> names;
  for (const Index name : recording.spans.endpoint) names.insert(recording.names[name]);
  return names;
}

TEST(Endpoints, AreTheRootsNameUnlessTheyAreSet) {
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    auto span = tracer->StartActiveSpan("GET /a?secret#part");
    auto child = tracer->StartSpan("child");
  });
  EXPECT_EQ(endpoint_of(recording, "GET /a"), "GET /a");
  EXPECT_EQ(endpoint_of(recording, "child"), "GET /a");
}

TEST(Endpoints, TheLastCallBeforeTheRootEndsWins) {
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    auto root = tracer->StartSpan("twice");
    root->SetEndpoint("first");
    on_another_thread([&] { root->SetEndpoint("second?with=secret"); });
    auto other = tracer->StartSpan("elsewhere first");
    on_another_thread([&] { other->SetEndpoint("first"); });
    other->SetEndpoint("second");
  });
  EXPECT_EQ(endpoint_of(recording, "twice"), "second");
  EXPECT_EQ(endpoint_of(recording, "elsewhere first"), "second");
}

TEST(Endpoints, MayBeSetThroughAChildAndAfterItsEnd) {
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    auto root = tracer->StartSpan("root");
    auto child = tracer->StartSpan("child", {.parent = root->GetContext()});
    child->SetEndpoint("through the child");
    auto second = tracer->StartSpan("second");
    { auto ended = tracer->StartSpan("ended", {.parent = second->GetContext()}); }
    second->SetEndpoint("after the child's end");
    child->End();
    child->SetEndpoint("through an ended span");
  });
  EXPECT_EQ(endpoint_of(recording, "root"), "through the child");
  EXPECT_EQ(endpoint_of(recording, "child"), "through the child");
  EXPECT_EQ(endpoint_of(recording, "ended"), "after the child's end");
}

// The work goes on behind the root's end: it belongs to the request all the same.
TEST(Endpoints, OfAChildThatOutlivesItsRootIsTheRoots) {
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    auto root = tracer->StartSpan("root");
    auto child = tracer->StartSpan("child", {.parent = root->GetContext()});
    root->SetEndpoint("set in time");
    root->End();
    on_another_thread([&child] {
      usleep(1'000);
      child->End();
    });
  });
  EXPECT_EQ(endpoint_of(recording, "child"), "set in time");
  const Index root = span_named(recording, "root"), child = span_named(recording, "child");
  EXPECT_GT(recording.spans.end_ns[child], recording.spans.end_ns[root]);
}

TEST(SpanEnds, MayBeOnAnotherThread) {
  const Recording recording = record("clock=none", [] {
    auto span = GetTracer("test")->StartSpan("handed on");
    auto moved = std::make_unique<Span>(std::move(span));
    on_another_thread([&moved] {
      usleep(2'000);
      moved.reset();
    });
  });
  const Index row = span_named(recording, "handed on");
  EXPECT_GE(recording.spans.end_ns[row] - recording.spans.start_ns[row], 2'000'000);
  EXPECT_EQ(recording.report.repeated_span_ends, 0u);
}

// The same context ended by two threads: the first end counts, the second is told.
TEST(SpanEnds, TwiceCountsTheFirst) {
  std::int64_t between_ns = 0;
  const Recording recording = record("clock=none", [&] {
    Span span = GetTracer("test")->StartSpan("ended twice");
    Span copy(span.GetContext());
    on_another_thread([&copy] { copy.End(); });
    usleep(1'000);
    between_ns = Clocks::now().wall_ns;
    usleep(1'000);
    span.End();
  });
  EXPECT_LT(recording.spans.end_ns[span_named(recording, "ended twice")], between_ns);
  EXPECT_EQ(recording.report.repeated_span_ends, 1u);
}

// Its scope ends where it began; what comes behind is no longer the span's.
TEST(SpanEnds, AnActiveSpanEndedElsewhereStaysActiveUntilItsScopeEnds) {
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    auto span = tracer->StartSpan("root");
    auto scope = tracer->WithActiveSpan(span);
    on_another_thread([&span] { span->End(); });
    auto child = tracer->StartSpan("late child");
  });
  const Index root = span_named(recording, "root"), child = span_named(recording, "late child");
  EXPECT_EQ(recording.spans.parent_span_id[child], recording.spans.span_id[root]);
}

// Fault: ids in endpoint names make a table of one request a row. Pass: at most as many names as
// allowed, every other request in `<other>`, each of them counted.
TEST(EndpointCap, HoldsForNamesThatAreSet) {
  constexpr int kNames = 30;
  const Recording recording = record("clock=none,endpoints=20", [] {
    const auto tracer = GetTracer("test");
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < kNames; ++i) {
        auto span = tracer->StartSpan("request");
        span->SetEndpoint("GET /user/" + std::to_string(i));
      }
    }
  });
  const auto endpoints = endpoints_in(recording);
  EXPECT_EQ(endpoints.size(), 21u);
  EXPECT_TRUE(endpoints.contains("<other>"));
  EXPECT_TRUE(endpoints.contains("GET /user/19"));
  EXPECT_FALSE(endpoints.contains("GET /user/20"));
  EXPECT_EQ(recording.counters.at("endpoints.over_cap"), 2 * (kNames - 20));
  EXPECT_EQ(recording.settings.at("endpoints"), "20");
}

// Spans keep their names: only the endpoint is capped.
TEST(EndpointCap, HoldsForNamesOfRootsOnAllThreads) {
  constexpr int kNames = 40, kThreads = 4;
  const Recording recording = record("clock=none,endpoints=10", [] {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([] {
        const auto tracer = GetTracer("test");
        for (int i = 0; i < kNames; ++i) tracer->StartActiveSpan("root " + std::to_string(i));
      });
    }
    for (auto& thread : threads) thread.join();
  });
  std::set<std::string> names;
  std::int64_t others = 0;
  for (Index row = 0; row < recording.spans.size(); ++row) {
    names.insert(recording.names[recording.spans.name[row]]);
    others += recording.names[recording.spans.endpoint[row]] == "<other>" ? 1 : 0;
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kNames));
  EXPECT_LE(endpoints_in(recording).size(), 11u);
  EXPECT_EQ(recording.counters.at("endpoints.over_cap"), others);
  EXPECT_GE(others, (kNames - 10) * kThreads);
}

TEST(EndpointCap, LeavesRoomForNamesThatAreSetLater) {
  const Recording recording = record("clock=none,endpoints=5", [] {
    const auto tracer = GetTracer("test");
    for (int i = 0; i < 50; ++i) {
      auto span = tracer->StartSpan("GET /user/" + std::to_string(i));
      span->SetEndpoint("GET /user/{id}");
    }
  });
  EXPECT_EQ(endpoints_in(recording), std::set<std::string>{"GET /user/{id}"});
}

TEST(EndpointCap, BeginsAnewWithEachSession) {
  for (int session = 0; session < 2; ++session) {
    const Recording recording = record("clock=none,endpoints=1", [&] {
      GetTracer("test")->StartSpan("session " + std::to_string(session));
    });
    EXPECT_EQ(recording.counters.at("endpoints.over_cap"), 0) << session;
  }
}

TEST(EndpointCap, IsAThousandByDefault) {
  const Recording recording = record("clock=none", [] {
    for (int i = 0; i < 1'100; ++i) {
      GetTracer("test")->StartSpan("request")->SetEndpoint("GET /" + std::to_string(i));
    }
  });
  EXPECT_EQ(endpoints_in(recording).size(), 1'001u);
  EXPECT_EQ(recording.counters.at("endpoints.over_cap"), 100);
}

}  // namespace
}  // namespace plumbline
