// The slot table as memory that another process can map.
//
// Used by plumbline-truthd. The entry in the truth directory is a link to an anonymous memory
// file of this process: a file on a disk would now and then be written back, and a worker that
// touches it meanwhile would wait for the disk inside a measured segment.
// Thread rule: made and ended by the main thread.
// Failure rule: io::InputError.
#pragma once

#include <filesystem>

#include "analysis/io/file_descriptor.h"
#include "workloads/truth_protocol.h"

namespace plumbline::workloads {

class SharedSlots {
 public:
  // Makes the table and the entry `link`; an old entry is replaced.
  explicit SharedSlots(const std::filesystem::path& link);
  // Removes the entry. The memory stays until the process ends: server threads may still use it.
  ~SharedSlots();
  SharedSlots(const SharedSlots&) = delete;
  SharedSlots& operator=(const SharedSlots&) = delete;

  SlotTable& table() { return *table_; }

 private:
  std::filesystem::path link_;
  io::FileDescriptor memory_;
  SlotTable* table_ = nullptr;
};

}  // namespace plumbline::workloads
