// The time of a scope by stack, span and thread: what formats with labels are made of.
//
// Used by exports. The rows of a stack add up to what selected_time.h says of it, column by column:
// CPU that samples distribute is scaled once for the whole scope, and a row has the share of its
// samples. So the CPU of one span among several is an estimate here; by_span() is exact, and has no
// stacks.
// Thread rule: pure. Failure: none.
#pragma once

#include <vector>

#include "analysis/attribution/scope.h"
#include "analysis/attribution/selected_time.h"

namespace plumbline::analysis {

struct LinkedRow {
  Index key = 0;         // see stackless.h
  Index span = kNone;    // row of SpanTable; kNone: no span
  Index thread = kNone;  // row of ThreadTable; kNone: on no thread
  TimeSum time;
};

// By key, then span, then thread, each once.
std::vector<LinkedRow> linked_time(const Recording& recording, const TimeIndex& index,
                                   const ScopedTime& scope, const SelectedTime& time);

struct SpanTime {
  Index span = kNone;
  TimeColumns ns{};
};

// On threads, by innermost span, in the order of rows with no span last; they sum to
// SelectedTime::on_threads.
std::vector<SpanTime> time_by_span(const TimeIndex& index, const ScopedTime& scope);

// Row of the innermost span, or kNone, and of the thread, of each segment of the index.
std::vector<Index> spans_of_segments(const TimeIndex& index);
std::vector<Index> threads_of_segments(const TimeIndex& index);

}  // namespace plumbline::analysis
