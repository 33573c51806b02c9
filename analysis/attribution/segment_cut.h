// A segment of time that is cut at the edge of a window: which of its parts lie before the cut?
//
// Used by time_index.cc. Nothing says when within a segment its CPU or its run queue was, so each
// part is spread evenly: before a cut lies the same portion of each, in whole nanoseconds. Pieces
// of one segment add up to it in every part, however it is cut; no piece of a part that is not
// negative is negative; each part is off by less than one nanosecond for each other part.
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <span>

namespace plumbline::analysis {

// Replaces `parts`, whose sum is `length_ns`, by what of them lies in the first `before_ns`
// (0 to length_ns); their sum is then `before_ns`.
void keep_first(std::span<std::int64_t> parts, std::int64_t length_ns, std::int64_t before_ns);

}  // namespace plumbline::analysis
