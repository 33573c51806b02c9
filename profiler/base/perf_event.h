// Perf's software events of the calling thread, in user mode only: up to perf_event_paranoid 2 they
// need no privilege.
// Thread rule: any thread, for itself. Signal rule: async-signal-safe. Failure: a negative errno.
#pragma once

#include <linux/perf_event.h>

#include "profiler/base/sys.h"

namespace plumbline::base {

// `config`: PERF_COUNT_SW_...
inline perf_event_attr user_mode_event(std::uint64_t config) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = config;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  return attributes;
}

// The event's descriptor.
inline int open_on_this_thread(const perf_event_attr& attributes) {
  constexpr long kThisThread = 0, kAnyCpu = -1, kNoGroup = -1;
  return static_cast<int>(sys::call(SYS_perf_event_open, sys::address(&attributes), kThisThread,
                                    kAnyCpu, kNoGroup, PERF_FLAG_FD_CLOEXEC));
}

}  // namespace plumbline::base
