// Time by category as hotspots add it up, and what of it rests on samples.
//
// Used for each stack, method, tree node and owner of code; the columns are the categories and, as
// the last one, the signed residual, so that a sum over them is wall.
// Thread rule: pure. Failure: none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

inline constexpr std::size_t kResidualColumn = format::kCategoryCount;
inline constexpr std::size_t kTimeColumns = format::kCategoryCount + 1;

using TimeColumns = std::array<std::int64_t, kTimeColumns>;

struct TimeSum {
  TimeColumns ns{};
  std::int64_t sampled_ns = 0;  // of `cpu`: distributed by samples; all else is exact
  std::uint64_t samples = 0;

  std::int64_t wall_ns() const { return std::accumulate(ns.begin(), ns.end(), std::int64_t{0}); }
  bool is_nothing() const { return samples == 0 && ns == TimeColumns{}; }

  TimeSum& operator+=(const TimeSum& more) {
    for (std::size_t i = 0; i < kTimeColumns; ++i) ns[i] += more.ns[i];
    sampled_ns += more.sampled_ns;
    samples += more.samples;
    return *this;
  }
  bool operator==(const TimeSum&) const = default;
};

inline TimeColumns columns_of(const TimeParts& parts) {
  TimeColumns columns{};
  for (std::size_t i = 0; i < format::kCategoryCount; ++i) columns[i] = parts.category[i];
  columns[kResidualColumn] = parts.residual_ns;
  return columns;
}

}  // namespace plumbline::analysis
