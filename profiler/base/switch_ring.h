// The kernel's records of one thread's context switches, of which only their number is looked at.
//
// The second source of a switch flag, for kernels whose rseq area does not tell of every switch.
// A perf event without counts, with one page of records. It needs no privilege up to
// perf_event_paranoid 2; each ring is 8 KiB of locked memory (1,153 threads with the usual limit of
// 8 MiB) and a descriptor, and each switch costs 0.3 to 0.5 us more.
//
// Thread rule: open, close and flag by the owner; silence by any thread. Signal rule:
// async-signal-safe. Failure: open gives false.
#pragma once

#include <linux/perf_event.h>

#include "profiler/base/own_file.h"
#include "profiler/base/switch_flag.h"

namespace plumbline::base {

class SwitchRing {
 public:
  // For the calling thread.
  bool open();
  void close();

  // No records from here on: the flag that was made of it stands for ever.
  void silence() const;
  // In a forked child, where the kernel has not copied the mapping and something else may be there.
  void forget() { page_ = nullptr; }

  bool is_open() const { return page_ != nullptr; }
  SwitchFlag flag() const;

 private:
  OwnFile file_;
  perf_event_mmap_page* page_ = nullptr;
};

}  // namespace plumbline::base
