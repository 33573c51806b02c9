// What the workload tells a profiler: a span for each request and nested step, opened and closed
// inside the ledger's own readings. This program plays the profiler.
#include <gtest/gtest.h>
#include <plumbline/context.h>

#include <map>
#include <string>
#include <vector>

#include "workloads/clock.h"
#include "workloads/runner/workload.h"

namespace {

struct SpanCall {
  std::string name;
  std::int64_t entered_ns = 0, left_ns = 0;
  std::uint64_t parent = 0;
};

// One worker thread only: no lock is needed.
std::map<std::uint64_t, SpanCall> calls;
std::vector<std::uint64_t> open_spans;

std::uint32_t intern(const char*, std::size_t) { return 1; }

void enter_span(std::uint32_t, const char* name, std::size_t length, plumbline_span_context* span,
                plumbline_scope* scope) {
  span->span_id = 1000 + calls.size();
  scope->thread = span;
  calls[span->span_id] = {std::string(name, length), plumbline::workloads::monotonic_ns(), 0,
                          open_spans.empty() ? 0 : open_spans.back()};
  open_spans.push_back(span->span_id);
}

void leave_span(const plumbline_span_context* span, const plumbline_scope*) {
  EXPECT_EQ(open_spans.back(), span->span_id) << "scopes are not closed in reverse order";
  open_spans.pop_back();
  calls[span->span_id].left_ns = plumbline::workloads::monotonic_ns();
}

constexpr std::uint32_t kRecording = 1;

constexpr plumbline_api make_table() {
  plumbline_api api{};
  api.recording = &kRecording;
  api.size_bytes = sizeof api;
  api.intern = intern;
  api.enter_span = enter_span;
  api.leave_span = leave_span;
  return api;
}

}  // namespace

// Found by dlsym, as libplumbline.so's would be: the test program exports its symbols.
extern "C" __attribute__((visibility("default"))) const plumbline_api plumbline_api_v1 =
    make_table();

namespace plumbline::workloads {
namespace {

TEST(SpanCalls, LieInsideTheLedgersSpansAndBearTheirIds) {
  const Spec spec = parse_spec(R"({
    "name": "s", "workers": 1, "rounds": 20, "endpoints": [
      {"name": "GET /a", "steps": [
        {"category": "cpu", "iterations": 1000, "function": "build_report"},
        {"span": "outer", "steps": [
          {"span": "inner", "steps": [
            {"category": "lock", "duration_us": 500, "primitive": "mutex"}]}]}]}]})",
                               "s.json");
  const Ledger ledger = run_workload(spec, {});
  const LedgerThread& thread = ledger.threads.at(0);
  const std::vector<std::string> names = {"GET /a", "", "outer", "inner"};  // by step number
  ASSERT_EQ(thread.span_ids.size(), 60U);
  EXPECT_EQ(calls.size(), 60U);
  for (const LedgerSpanId& id : thread.span_ids) {
    const LedgerRecord& record = thread.records.at(id.record);
    ASSERT_EQ(record.kind, LedgerKind::kSpan);
    ASSERT_TRUE(calls.contains(id.span_id));
    const SpanCall& call = calls[id.span_id];
    EXPECT_EQ(call.name, names.at(record.step));
    EXPECT_LE(record.t0_ns, call.entered_ns);
    EXPECT_GE(record.t1_ns, call.left_ns);
    EXPECT_EQ(call.parent == 0, record.step == 0) << "think time lies outside every span";
  }
}

}  // namespace
}  // namespace plumbline::workloads
