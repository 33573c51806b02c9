#include "analysis/recording/row_index.h"

#include <gtest/gtest.h>

namespace plumbline::analysis {
namespace {

TEST(RowIndex, TellsRowsWithOneHashApart) {
  RowIndex index;
  index.add(42, 0);
  index.add(42, 1);
  EXPECT_EQ(index.find(42, [](Index row) { return row == 0; }), 0u);
  EXPECT_EQ(index.find(42, [](Index row) { return row == 1; }), 1u);
  EXPECT_EQ(index.find(42, [](Index) { return false; }), kNone);
  EXPECT_EQ(index.find(43, [](Index) { return true; }), kNone);
}

TEST(RowIndex, FindsEveryRowAfterGrowing) {
  RowIndex index;
  constexpr Index kRows = 100'000;
  for (Index row = 0; row < kRows; ++row) index.add(mixed(row), row);
  for (Index row = 0; row < kRows; ++row) {
    ASSERT_EQ(index.find(mixed(row), [row](Index found) { return found == row; }), row);
  }
}

}  // namespace
}  // namespace plumbline::analysis
