// Everything that is on the other side of one worker's waits.
//
// Made by the main thread before the run; only what the specification needs is opened.
// Thread rule: used by its worker alone.
// Failure rule: io::InputError, std::system_error.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "analysis/io/file_descriptor.h"
#include "workloads/runner/lock_holder.h"
#include "workloads/runner/truth_directory.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

// How often a specification's endpoints use each kind of partner.
struct PartnerNeeds {
  bool files = false;
  bool sockets = false;
  std::size_t locks = 0;  // most lock steps in one endpoint
};

PartnerNeeds partner_needs(const Spec& spec);

class Partners {
 public:
  // `truth` may be null where neither files nor sockets are needed.
  Partners(const PartnerNeeds& needs, std::size_t worker, TruthDirectory* truth);

  int file() const { return file_.number(); }  // -1: file segments are skipped
  Slot& slot() { return *slot_; }              // of the file
  int socket() const { return socket_.number(); }
  LockHolder& holder(std::size_t index) { return *holders_.at(index); }
  std::size_t holder_count() const { return holders_.size(); }

 private:
  io::FileDescriptor file_;
  Slot* slot_;
  io::FileDescriptor socket_;
  std::vector<std::unique_ptr<LockHolder>> holders_;
};

}  // namespace plumbline::workloads
