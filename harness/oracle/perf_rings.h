// The context switches and system calls of the programs that this thread starts, from the
// kernel's perf rings.
//
// perf's events are inherited by what the calling thread starts, and by all of its threads, and
// count from its exec on; nothing else of the machine is traced. A thread of our own empties the
// rings, so that their size does not limit the run.
// Thread rule: one owner, the thread that starts the programs. Failure: io::InputError.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "analysis/io/file_descriptor.h"
#include "harness/oracle/perf_records.h"

namespace plumbline::harness::oracle {

class PerfRings {
 public:
  explicit PerfRings(const CallLayouts& layouts);
  ~PerfRings();
  PerfRings(const PerfRings&) = delete;
  PerfRings& operator=(const PerfRings&) = delete;

  // Nothing of the programs that were started is to run any more.
  std::vector<std::string> finish();  // the bytes of each CPU's ring

 private:
  struct Ring;

  void open_cpu(int cpu, const CallLayouts& layouts);
  int open_event(const void* attributes, int cpu);
  void empty_until_told();
  void stop();

  std::vector<std::unique_ptr<io::FileDescriptor>> events_;
  std::vector<std::unique_ptr<Ring>> rings_;
  std::atomic<bool> finished_{false};
  std::thread reader_;
};

}  // namespace plumbline::harness::oracle
