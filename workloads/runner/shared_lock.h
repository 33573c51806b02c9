// The worker's side of a mutex in memory that it shares with plumbline-truthd, which holds it.
//
// Made for each worker where a scenario has such segments. A turn is claim, wait, finish.
// Thread rule: made by the main thread, used by its worker alone.
// Failure rule: io::InputError when the holder is gone; the run is then worthless.
#pragma once

#include <cstddef>
#include <cstdint>

#include "analysis/io/file_descriptor.h"
#include "workloads/runner/truth_directory.h"

namespace plumbline::workloads {

class SharedLock {
 public:
  // Has been used once when this returns: the first time costs the kernel more.
  SharedLock(std::size_t worker, TruthDirectory& truth);

  // Returns when the other side holds it: at once, but right behind a turn. CPU and run queue, but
  // no wait without a truth.
  void claim_spinning();

  // The call that blocks, and before it one that tells the holder how long.
  void wait(std::int64_t t0_ns, std::int64_t duration_ns);

  // Gives it back, and tells when the holder let go.
  std::int64_t finish();

 private:
  Slot& slot_;
  io::FileDescriptor connection_;
};

}  // namespace plumbline::workloads
