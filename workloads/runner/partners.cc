#include "workloads/runner/partners.h"

#include <algorithm>

namespace plumbline::workloads {
namespace {

constexpr std::size_t kNumbersOfWorker = 100;  // more partner threads than a worker can have

bool is_shared_lock(const Step* step) {
  return step != nullptr && step->segment.primitive == Primitive::kProcessShared;
}

}  // namespace

PartnerNeeds partner_needs(const Spec& spec) {
  PartnerNeeds needs;
  needs.files = file_operations(spec);
  needs.sockets = socket_wait_kinds(spec);
  for (const Endpoint& endpoint : spec.endpoints) {
    needs.lock = needs.lock || std::ranges::any_of(steps_by_number(endpoint), is_shared_lock);
  }
  return needs;
}

Partners::Partners(const Spec& spec, std::size_t worker, TruthDirectory* truth,
                   ContendedLocks* contended)
    : Partners(spec, partner_needs(spec), worker, truth, contended) {}

Partners::Partners(const Spec& spec, const PartnerNeeds& needs, std::size_t worker,
                   TruthDirectory* truth, ContendedLocks* contended)
    : contended_(contended), first_number_(worker * kNumbersOfWorker) {
  if (!needs.files.empty() && truth->skipped().empty()) {
    files_ = std::make_unique<FileWaits>(needs.files, worker, *truth);
  }
  if (!needs.sockets.empty()) {
    sockets_ = std::make_unique<SocketWaits>(needs.sockets, worker, *truth);
  }
  if (needs.lock) shared_lock_ = std::make_unique<SharedLock>(worker, *truth);
  for (const Endpoint& endpoint : spec.endpoints) {
    std::vector<StepPartners>& steps = by_step_.emplace_back();
    std::map<PartnerKind, std::size_t> taken;
    for (const Step* step : steps_by_number(endpoint)) {
      steps.push_back(step != nullptr ? take(*step, takes_turns(spec.executor), taken)
                                      : StepPartners{});
    }
  }
}

StepPartners Partners::take(const Step& step, bool interleaved,
                            std::map<PartnerKind, std::size_t>& taken) {
  StepPartners partners;
  const PartnerKind kind{step.segment.primitive, step.segment.waiters};
  if (!has_partner(kind.primitive)) return partners;
  std::vector<std::unique_ptr<WaitPartner>>& pool = pool_[kind];
  // Where requests take turns, another one may come to the step before this one has ended.
  const std::size_t turns = step.times > 1 || interleaved ? 2 : 1;
  for (std::size_t turn = 0; turn < turns; ++turn) {
    std::size_t& index = taken[kind];
    if (index == pool.size()) {
      pool.push_back(std::make_unique<WaitPartner>(first_number_++, kind));
    }
    partners.turns.push_back(pool[index++].get());
  }
  return partners;
}

}  // namespace plumbline::workloads
