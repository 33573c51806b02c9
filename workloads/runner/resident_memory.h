// Memory that makes the process as large as a scenario asks for, so that a fork costs as much.
//
// Made and touched by the main thread before the run, and never used: page by page, since a fork
// copies the page tables, and huge pages would leave next to none.
// Thread rule: immutable once made. Failure rule: io::InputError when it cannot be had.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace plumbline::workloads {

class ResidentMemory {
 public:
  explicit ResidentMemory(std::int64_t mib);  // 0: none
  ~ResidentMemory();
  ResidentMemory(const ResidentMemory&) = delete;
  ResidentMemory& operator=(const ResidentMemory&) = delete;

  std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::span<std::byte> bytes_;
};

}  // namespace plumbline::workloads
