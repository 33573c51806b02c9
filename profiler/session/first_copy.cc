// The table's exported name means the first copy's, in whichever copy it is used; the hidden name
// means the own one. (Hidden so that neither the loader nor the compiler takes them for equal.)
#include "profiler/session/first_copy.h"

#include <plumbline/context.h>

#include <atomic>

extern "C" {
extern const plumbline_api plumbline_api_v1 __attribute__((visibility("default")));
extern const plumbline_api plumbline_own_api;
}

namespace plumbline::session {

namespace {

std::atomic<std::uint64_t> inert{0};

}  // namespace

bool is_first_copy() { return &plumbline_api_v1 == &plumbline_own_api; }

void report_to_first_copy() {
  if (PLUMBLINE_API_HAS(&plumbline_api_v1, report_copy)) plumbline_api_v1.report_copy();
}

std::uint64_t inert_copies() { return inert.load(std::memory_order_relaxed); }

void count_inert_copy() { inert.fetch_add(1, std::memory_order_relaxed); }

}  // namespace plumbline::session
