// The forest of spans, on files that say anything about parents.
#include "analysis/attribution/span_forest.h"

#include <gtest/gtest.h>

#include <vector>

#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using test::RecordingBuilder;

class SpanForestTest : public testing::Test {
 protected:
  void span(std::uint64_t id, std::uint64_t root, std::uint64_t parent) {
    builder_.span_start({.id = id, .root = root, .parent = parent, .start = 0, .name = 1});
  }
  SpanForest forest() {
    recording_ = read_recording(builder_.bytes(), "test.plumb");
    return SpanForest(recording_.spans);
  }
  // Ids in a span's subtree, in the forest's order.
  std::vector<std::uint64_t> below(const SpanForest& forest, std::uint64_t id) const {
    const SpanRange range = forest.subtree(forest.find(id));
    std::vector<std::uint64_t> ids;
    for (Index position = range.from; position < range.to; ++position) {
      ids.push_back(recording_.spans.span_id[forest.row_at(position)]);
    }
    return ids;
  }

  RecordingBuilder builder_;
  Recording recording_;
};

using Ids = std::vector<std::uint64_t>;

TEST_F(SpanForestTest, SubtreesAreStretchesOfTheOrder) {
  builder_.name(1, "A").thread(1, 1);
  span(3, 1, 2);  // before its parent in the file
  span(1, 1, 0);
  span(2, 1, 1);
  span(4, 1, 1);
  span(9, 9, 0);
  const SpanForest f = forest();
  EXPECT_EQ(below(f, 1), (Ids{1, 2, 3, 4}));
  EXPECT_EQ(below(f, 2), (Ids{2, 3}));
  EXPECT_EQ(below(f, 9), (Ids{9}));
  EXPECT_EQ(f.unknown_parents(), 0u);
  EXPECT_EQ(f.find(77), kNone);
}

TEST_F(SpanForestTest, AnUnknownParentIsReplacedByTheLocalRoot) {
  builder_.name(1, "A").thread(1, 1);
  span(1, 1, 0);
  span(2, 1, 555);
  span(3, 777, 555);  // neither parent nor root is there
  const SpanForest f = forest();
  EXPECT_EQ(below(f, 1), (Ids{1, 2}));
  EXPECT_EQ(below(f, 3), (Ids{3}));
  EXPECT_EQ(f.parent(f.find(3)), kNone);
  EXPECT_EQ(f.unknown_parents(), 2u);
}

// A request that came back to its own process over the network is another request.
TEST_F(SpanForestTest, TreesEndAtLocalRoots) {
  builder_.name(1, "A").thread(1, 1);
  span(1, 1, 0);
  span(2, 2, 1);
  span(3, 2, 2);
  const SpanForest f = forest();
  EXPECT_EQ(below(f, 1), (Ids{1}));
  EXPECT_EQ(below(f, 2), (Ids{2, 3}));
}

// Fault: parents in a circle send the walk round for ever, or lose the spans.
// Pass: each span is in the order once, below its root.
TEST_F(SpanForestTest, CirclesAreBroken) {
  builder_.name(1, "A").thread(1, 1);
  span(1, 1, 0);
  span(2, 1, 4);
  span(3, 1, 2);
  span(4, 1, 3);
  span(5, 1, 5);
  span(6, 66, 7);  // a circle without a root
  span(7, 66, 6);
  const SpanForest f = forest();
  EXPECT_EQ(f.size(), 7u);
  EXPECT_EQ(below(f, 1).size(), 5u);
  EXPECT_EQ(f.cyclic_parents(), 2u);
  EXPECT_EQ(below(f, 6).size() + below(f, 7).size(), 3u);
}

}  // namespace
}  // namespace plumbline::analysis
