// What kind of thing each descriptor of a process was, by the system calls that made it.
//
// Used by the oracle: a block in read(5) is a file's or a socket's. The kernel's events alone are
// asked, for the process has ended and its table with it.
// Thread rule: pure. Failure: none; a descriptor that came another way is kUnknown.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "harness/oracle/kernel_event.h"

namespace plumbline::harness::oracle {

enum class DescriptorKind : std::uint8_t { kUnknown, kFile, kSocket, kOther };

class DescriptorHistory {
 public:
  DescriptorHistory(const KernelTrace& trace, std::int32_t process);

  DescriptorKind kind(std::int64_t descriptor, std::int64_t when_ns) const;

 private:
  struct Change {
    std::int64_t when_ns = 0;
    DescriptorKind kind = DescriptorKind::kUnknown;
  };

  void end_call(const KernelEvent& begin, const KernelEvent& end);

  std::map<std::int64_t, std::vector<Change>> changes_;  // by descriptor, by time
};

}  // namespace plumbline::harness::oracle
