// How far a sampled figure may be off by chance.
//
// Used by the commands. Wilson's score interval, 95 %, of the figure's share of what was
// distributed by samples; it covers as claimed down to shares of 0 and 1. That samples distribute,
// and are not the whole, is in it: CPU that samples missed counts as trials that hit elsewhere.
// Thread rule: pure. Failure: none; without samples there is no interval.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "analysis/attribution/selected_time.h"

namespace plumbline::analysis {

// With fewer, a figure says that the code was there, and little more.
inline constexpr std::uint64_t kFewSamples = 5;

// Of `sampled_ns` nanoseconds among `basis`; the exact part of the figure is not in it.
std::optional<std::pair<std::int64_t, std::int64_t>> sampled_interval_ns(
    std::int64_t sampled_ns, const SamplingBasis& basis);

}  // namespace plumbline::analysis
