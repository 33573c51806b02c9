// Lays what a profiler reported over what truly happened, on each thread, by time.
//
// Gives the link scorecard (was the time of a segment linked to the span that truly owned it?)
// and the confusion matrix (what was time of each category reported as?).
// Called once per run by the experiment. Thread rule: pure function. Failure: none.
#pragma once

#include <array>
#include <cstdint>

#include "harness/profilers/profile.h"
#include "profiler/format/category.h"
#include "workloads/ledger.h"

namespace plumbline::harness {

struct LinkTotals {
  std::int64_t right_ns = 0, wrong_ns = 0, none_ns = 0;
  std::int64_t invented_ns = 0;  // outside of every segment: given to a span where none was open

  std::int64_t total_ns() const { return right_ns + wrong_ns + none_ns; }
  LinkTotals& operator+=(const LinkTotals& more);
};

// The last column: time that was reported as nothing.
inline constexpr std::size_t kUnreported = format::kCategoryCount;
using CategoryTimes = std::array<double, format::kCategoryCount>;
using ConfusionMatrix =
    std::array<std::array<double, format::kCategoryCount + 1>, format::kCategoryCount>;

struct Overlay {
  LinkTotals links;
  ConfusionMatrix confusion{};  // [true category][reported category], ns

  Overlay& operator+=(const Overlay& more);
};

// `profile.threads` must not be empty.
Overlay overlay(const workloads::Ledger& ledger, const Profile& profile);

// Books the true parts of a segment against its reported parts: first what agrees, then each
// excess of truth over the excesses of the report, in their proportion.
void book_confusion(const CategoryTimes& truth, const CategoryTimes& reported,
                    ConfusionMatrix& confusion);

}  // namespace plumbline::harness
