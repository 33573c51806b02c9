// perf's records of a workload's threads, as bytes from the rings, told as kernel events.
//
// The layout is the kernel's (perf_event_open(2)) for the sample type that perf_rings.cc asks for.
// Thread rule: pure. Failure: none; what the kernel lost is counted in the trace's losses.
#pragma once

#include <string_view>

#include "harness/oracle/kernel_event.h"
#include "harness/oracle/tracefs.h"

namespace plumbline::harness::oracle {

struct CallLayouts {
  EventLayout begins, ends;  // raw_syscalls:sys_enter, sys_exit
};

// Appends the events of one ring, in its order.
void read_perf_records(std::string_view bytes, const CallLayouts& layouts, KernelTrace& trace);

}  // namespace plumbline::harness::oracle
