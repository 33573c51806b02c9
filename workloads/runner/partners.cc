#include "workloads/runner/partners.h"

#include <algorithm>

namespace plumbline::workloads {

PartnerNeeds partner_needs(const Spec& spec) {
  PartnerNeeds needs;
  for (const Endpoint& endpoint : spec.endpoints) {
    needs.files |= count_segments(endpoint, LedgerKind::kFile) > 0;
    needs.sockets |= count_segments(endpoint, LedgerKind::kSocket) > 0;
    needs.locks = std::max(needs.locks, count_segments(endpoint, LedgerKind::kLock));
  }
  return needs;
}

Partners::Partners(const PartnerNeeds& needs, std::size_t worker, TruthDirectory* truth)
    : file_(needs.files && truth->skipped().empty() ? truth->open_file(worker) : -1),
      slot_(needs.files ? &truth->slot(worker) : nullptr),
      socket_(needs.sockets ? truth->connect_peer() : -1) {
  for (std::size_t i = 0; i < needs.locks; ++i) {
    holders_.push_back(std::make_unique<LockHolder>(worker * needs.locks + i));
  }
}

}  // namespace plumbline::workloads
