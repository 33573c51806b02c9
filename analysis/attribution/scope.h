// Which time is looked at: a selection of spans, and how far around them ("Focus On").
//
// Used by hotspots.cc. The result is either stretches of the forest's order (spans with all their
// time, on any thread) or windows of time (all threads); each nanosecond is in at most one of them.
// Thread rule: pure. Failure: none; what could not be taken is counted.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/attribution/time_index.h"

namespace plumbline::analysis {

enum class Scope : std::uint8_t {
  kSpan,      // only while a picked span is innermost
  kChildren,  // the picked spans and all below them in this process, on any thread
  kPeriod,    // all threads while a picked span was open
  kFull,      // all threads in the minutes of the recording that a picked span touches
};
inline constexpr std::array<std::string_view, 4> kScopeIds = {"span", "children", "period", "full"};

// The minutes of kFull, counted from the recording's first edge.
inline constexpr std::int64_t kFullWindowNs = 60'000'000'000;

struct TimeWindow {
  std::int64_t begin_ns = 0, end_ns = 0;  // up to, not with, end_ns
  bool operator==(const TimeWindow&) const = default;
};

struct ScopedTime {
  Scope scope = Scope::kChildren;
  std::vector<SpanRange> ranges;    // disjoint, ascending; empty for scopes of all threads
  std::vector<TimeWindow> windows;  // disjoint, ascending; empty for scopes of spans
  std::uint64_t spans = 0;          // in `ranges`

  // Of the picked spans without those below another picked one, that ended; of the windows.
  std::int64_t elapsed_ns = 0;
  // kChildren: of elapsed, while no span of the subtree was active on any thread.
  std::int64_t uncovered_ns = 0;

  std::uint64_t picked = 0;           // spans, each once
  std::uint64_t unfinished = 0;       // of them: without an end, no elapsed time is known
  std::uint64_t unstarted = 0;        // of them: the start was lost, no elapsed time is known
  std::uint64_t never_active = 0;     // of them: on no thread, ever
  std::uint64_t outliving_spans = 0;  // in `ranges`: ended after their parent did; count in full
};

// `covered_ns_by_root` as of coverage.h. `picked`: rows of spans, in any order, also twice.
ScopedTime scoped_time(const SpanTable& spans, const TimeIndex& index,
                       const std::vector<std::int64_t>& covered_ns_by_root,
                       const std::vector<Index>& picked, Scope scope);

// The whole recording: all threads, from first edge to last.
ScopedTime whole_recording(const TimeIndex& index);

}  // namespace plumbline::analysis
