// A trace buffer of our own in the kernel's tracing file system: no other tracer's settings are
// touched.
//
// The kernel keeps an instance until someone removes it, so the destructor does, and the next
// constructor removes those of processes that were killed.
// Thread rule: one owner. Failure: io::InputError.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/oracle/kernel_event.h"
#include "harness/oracle/tracefs.h"

namespace plumbline::harness::oracle {

class TraceInstance {
 public:
  // Records `events` ("sched/sched_waking") of the whole machine from now on.
  TraceInstance(const Tracefs& tracefs, const std::vector<std::string>& events);
  ~TraceInstance();
  TraceInstance(const TraceInstance&) = delete;
  TraceInstance& operator=(const TraceInstance&) = delete;

  void stop();
  // The pages of each CPU's buffer, one after the other; what was dropped is added to `losses`.
  std::vector<std::string> read_pages(Counts& losses) const;

  static std::size_t page_bytes();

 private:
  void set_up(const std::vector<std::string>& events);
  void remove() const;
  std::string pages_of(const std::string& cpu) const;

  const Tracefs& tracefs_;
  std::string path_;
};

}  // namespace plumbline::harness::oracle
