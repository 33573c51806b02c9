// plumbline/context.h for a tracer in C with ids of its own: see tests/subjects/foreign_tracer.c.
#include "tests/subjects/foreign_tracer.h"

#include "tests/profiler/recorded_session.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;

TEST(ForeignTracer, PublishesSpansWithItsOwnIds) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;  // the tracer's id 1
  const Recording recording = record("clock=none", [] { EXPECT_EQ(publish_foreign_spans(), 0); });
  const auto& spans = recording.spans;
  const Index root = span_named(recording, "request"), child = span_named(recording, "child");
  const Index elsewhere = span_named(recording, "child elsewhere");
  EXPECT_EQ(spans.span_id[root], kOnes);
  EXPECT_EQ(spans.span_id[child], 2 * kOnes);
  for (const Index row : {root, child, elsewhere}) {
    EXPECT_EQ(spans.trace_id_high[row], kOnes);
    EXPECT_EQ(spans.trace_id_low[row], kOnes);
    EXPECT_EQ(spans.root[row], root);
    EXPECT_EQ(recording.names[spans.endpoint[row]], "GET /foreign");
    EXPECT_GE(spans.end_ns[row], spans.start_ns[row]);
  }
  EXPECT_EQ(spans.parent_span_id[root], 0u);
  EXPECT_EQ(spans.parent_span_id[child], kOnes);
  EXPECT_EQ(spans.parent_span_id[elsewhere], kOnes);
}

}  // namespace
}  // namespace plumbline
