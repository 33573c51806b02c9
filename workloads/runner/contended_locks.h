// Locks that all workers of the process share, by name: here the worker that holds is the partner.
//
// Made before the run from the specification; the holder writes when it lets go, just before.
// Thread rule: the table is immutable; a lock's figure is guarded by its mutex.
// Failure rule: std::out_of_range for a name that the specification does not have (a defect here).
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "workloads/spec.h"

namespace plumbline::workloads {

struct ContendedLock {
  std::mutex mutex;
  std::int64_t release_ns = 0;  // of whoever held it last; guarded by mutex
};

class ContendedLocks {
 public:
  explicit ContendedLocks(const Spec& spec) {
    for (const Endpoint& endpoint : spec.endpoints) {
      for (const Step* step : steps_by_number(endpoint)) {
        if (step == nullptr || step->segment.primitive != Primitive::kContended) continue;
        locks_.try_emplace(step->segment.name);
      }
    }
  }

  ContendedLock& of(const std::string& name) { return locks_.at(name); }

 private:
  std::map<std::string, ContendedLock> locks_;
};

}  // namespace plumbline::workloads
