// Requests one by one: each local root that ended, with the time of all spans of its trace here.
//
// Used by what compares endpoints, which needs how figures scatter from request to request, not
// their sums alone. Summed over an endpoint they are its row of the endpoint table, less what
// belongs to requests that never ended.
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/attribution/time_sum.h"

namespace plumbline::analysis {

struct Request {
  Index root = kNone;  // row of SpanTable
  std::int64_t elapsed_ns = 0;
  TimeColumns ns{};  // with what was on no thread in `other`, and the residual last
};

// In the order of their roots' rows.
std::vector<Request> requests_of(const Recording& recording, const Partition& partition);

}  // namespace plumbline::analysis
