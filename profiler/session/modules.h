// The objects that are loaded into the process: for the addresses in stacks, and for walking them.
//
// Looked at when a session starts and at each flush, at once after a dlopen. The list is behind a
// lock of the loader's, which a forked child inherits as it is: forks wait until we are out.
// Thread rule: ModuleWatch by the control thread, then the drain thread; the others in fork
// handlers. Signal rule: not from handlers. Failure: an object without a build id or a path is
// written without it; without memory the unwinder keeps the list that it has.
#pragma once

#include <cstdint>

#include "profiler/session/process_records.h"

namespace plumbline::session {

class ModuleWatch {
 public:
  // Brings the unwinder's map up to date, and writes all objects down if any came or went.
  void look(ProcessRecords& records);

 private:
  std::uint64_t changes_written_ = 0;
};

void hold_loader_for_fork();
void release_loader_after_fork();

}  // namespace plumbline::session
