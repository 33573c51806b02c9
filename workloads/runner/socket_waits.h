// The socket segments of one worker, with the partners that a scenario needs for them.
//
// Used by the segment runner.
// Thread rule: made by the main thread, used by its worker alone.
// Failure rule: io::InputError when a partner failed; the run is then worthless.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "workloads/ledger.h"
#include "workloads/runner/socket_partner.h"
#include "workloads/runner/truth_directory.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

class SegmentRunner;

using SocketWaitKind = std::pair<SocketOperation, SocketFamily>;

// Those that the specification has segments of.
std::set<SocketWaitKind> socket_wait_kinds(const Spec& spec);

class SocketWaits {
 public:
  // Each partner has been used once when this returns: the first time costs the kernel more.
  SocketWaits(const std::set<SocketWaitKind>& kinds, std::size_t worker, TruthDirectory& truth);

  void wait(const Segment& segment, std::int64_t duration_ns, LedgerRecord& record,
            SegmentRunner& clocks);

 private:
  Slot& slot_;
  std::map<SocketWaitKind, std::unique_ptr<SocketPartner>> partners_;
};

}  // namespace plumbline::workloads
