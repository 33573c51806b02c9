// Everything that is on the other side of one worker's waits.
//
// Made by the main thread before the run; only what the specification needs is opened.
// Thread rule: used by its worker alone.
// Failure rule: io::InputError, std::system_error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "workloads/runner/contended_locks.h"
#include "workloads/runner/file_waits.h"
#include "workloads/runner/shared_lock.h"
#include "workloads/runner/socket_waits.h"
#include "workloads/runner/truth_directory.h"
#include "workloads/runner/wait_partner.h"
#include "workloads/runner/working_child.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

// Which kinds of partner in other processes a specification's endpoints need.
struct PartnerNeeds {
  std::set<FileOperation> files;
  std::set<SocketWaitKind> sockets;
  bool lock = false;  // one that is shared with plumbline-truthd

  bool truthd() const { return lock || !files.empty() || !sockets.empty(); }
};

PartnerNeeds partner_needs(const Spec& spec);

// The partner threads of one step; they take turns.
struct StepPartners {
  std::vector<WaitPartner*> turns;
  std::size_t next = 0;
};

class Partners {
 public:
  // `truth` may be null where nothing of it is needed.
  Partners(const Spec& spec, std::size_t worker, TruthDirectory* truth, ContendedLocks* contended);

  FileWaits* files() { return files_.get(); }  // null: file segments are skipped
  SocketWaits& sockets() { return *sockets_; }
  SharedLock& shared_lock() { return *shared_lock_; }
  ContendedLock& contended(const std::string& name) { return contended_->of(name); }

  WorkingChild& child() { return child_; }

  // By endpoint and Step::number; without turns for steps that need no partner thread.
  StepPartners& of_step(std::uint16_t endpoint, std::uint8_t step) {
    return by_step_[endpoint][step];
  }
  std::vector<StepPartners>& of_endpoint(std::uint16_t endpoint) { return by_step_[endpoint]; }

 private:
  Partners(const Spec& spec, const PartnerNeeds& needs, std::size_t worker, TruthDirectory* truth,
           ContendedLocks* contended);

  // The endpoints share them: a request uses those of its own steps alone.
  using Pool = std::map<PartnerKind, std::vector<std::unique_ptr<WaitPartner>>>;
  StepPartners take(const Step& step, bool interleaved, std::map<PartnerKind, std::size_t>& taken);

  std::unique_ptr<FileWaits> files_;
  std::unique_ptr<SocketWaits> sockets_;
  std::unique_ptr<SharedLock> shared_lock_;
  ContendedLocks* contended_;
  WorkingChild child_;
  Pool pool_;
  std::size_t first_number_;  // of its partner threads
  std::vector<std::vector<StepPartners>> by_step_;
};

}  // namespace plumbline::workloads
