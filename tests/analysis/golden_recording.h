// The golden recordings (tests/golden/README.md), read once for the tests that ask them.
//
// A recording names its modules where they lay when it was made; the program itself is kept beside
// it, and its path is set to that, so that it has names and lines everywhere.
// Thread rule: one thread. Failure: io::InputError where a file is not there.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/attribution/endpoints.h"
#include "analysis/attribution/hotspots.h"
#include "analysis/recording/reader.h"

namespace plumbline::test {

inline std::string golden_file(const std::string& name) {
  return std::string(PLUMBLINE_GOLDEN) + "/" + name;
}

inline constexpr std::uint64_t kGoldenRequests = 40;  // of each endpoint but GET /idle
inline constexpr std::int64_t kMs = 1'000'000;

class GoldenTest : public testing::Test {
 protected:
  using Index = analysis::Index;

  GoldenTest() : recording_(shop()), partition_(parts()), engine_(recording_, partition_, {}) {}

  static const analysis::Recording& shop() {
    static const analysis::Recording recording = [] {
      analysis::Recording read = analysis::read_recording(golden_file("shop.plumb"));
      read.modules.front().path = golden_file("golden_shop");
      return read;
    }();
    return recording;
  }
  static const analysis::Partition& parts() {
    static const analysis::Partition partition = analysis::partition_time(shop());
    return partition;
  }

  std::string name(Index row) const { return recording_.names[recording_.spans.name[row]]; }
  std::string endpoint(Index row) const { return recording_.names[recording_.spans.endpoint[row]]; }

  std::vector<Index> spans_named(const std::string& wanted) const {
    std::vector<Index> rows;
    for (Index row = 0; row < recording_.spans.size(); ++row) {
      if (name(row) == wanted) rows.push_back(row);
    }
    return rows;
  }
  std::vector<Index> of_endpoint(const std::string& wanted) const {
    analysis::SpanPicks picks;
    picks.endpoints = {wanted};
    return engine_.pick(picks);
  }

  analysis::SelectedTime time_of(const std::vector<Index>& picked,
                                 analysis::Scope scope = analysis::Scope::kChildren) const {
    return engine_.time_of(engine_.scoped(picked, scope));
  }

  // Of a method whose name holds `part`.
  analysis::TimeSum method(const analysis::SelectedTime& time, const std::string& part,
                           bool total = false) {
    analysis::TimeSum sum;
    for (const analysis::Method& row : engine_.methods(time)) {
      const bool named = function(row).find(part) != std::string::npos;
      if (named) sum += total ? row.total : row.self;
    }
    return sum;
  }
  std::string function(const analysis::Method& row) const {
    return engine_.paths().frames()[row.frame].function;
  }

  static std::size_t at(format::Category category) { return analysis::index_of(category); }

  const analysis::Recording& recording_;
  const analysis::Partition& partition_;
  analysis::HotspotEngine engine_;
};

}  // namespace plumbline::test
