#include "workloads/runner/resident_memory.h"

#include <sys/mman.h>

#include <cerrno>
#include <string>

#include "analysis/io/error.h"

namespace plumbline::workloads {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kMibBytes = 1'048'576;

}  // namespace

ResidentMemory::ResidentMemory(std::int64_t mib) {
  if (mib == 0) return;
  const std::size_t size = static_cast<std::size_t>(mib) * kMibBytes;
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    throw io::system_failure("resident_mib", "cannot have " + std::to_string(mib) + " MiB", errno);
  }
  bytes_ = {static_cast<std::byte*>(memory), size};
  (void)madvise(memory, size, MADV_NOHUGEPAGE);  // refused where there are none
  for (std::size_t at = 0; at < size; at += kPageBytes) bytes_[at] = std::byte{1};
}

ResidentMemory::~ResidentMemory() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

}  // namespace plumbline::workloads
