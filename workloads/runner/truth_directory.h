// The workload's view of a truth directory, as plumbline-truthd serves it.
//
// Opened once before a run; hands each worker its slot, file and socket.
// Thread rule: the main thread; a worker uses its own slot alone.
// Failure rule: io::InputError when no truthd serves the directory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "workloads/truth_protocol.h"

namespace plumbline::workloads {

class TruthDirectory {
 public:
  explicit TruthDirectory(const std::filesystem::path& directory);
  ~TruthDirectory();
  TruthDirectory(const TruthDirectory&) = delete;
  TruthDirectory& operator=(const TruthDirectory&) = delete;

  // "file: why"; empty when files are served.
  const std::string& skipped() const { return skipped_; }

  Slot& slot(std::size_t worker) { return (*slots_)[worker]; }

  std::filesystem::path file_path(DelayedFile file, std::size_t worker) const;
  // The caller owns the descriptor.
  int open_file(DelayedFile file, std::size_t worker, int flags = 0) const;
  // A new connection to the socket peers; the caller owns it.
  int connect_peer() const;

 private:
  std::filesystem::path directory_;
  std::string skipped_;
  SlotTable* slots_ = nullptr;
};

}  // namespace plumbline::workloads
