#include "workloads/runner/fresh_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>

#include "analysis/io/error.h"

namespace plumbline::workloads {
namespace {

constexpr std::size_t kPages = 1024;

}  // namespace

FreshPages::FreshPages(int file) : file_(file) {
  void* mapped = mmap(nullptr, kPages * kPageBytes, PROT_READ, MAP_SHARED | MAP_NORESERVE, file, 0);
  if (mapped == MAP_FAILED) throw io::system_failure("mmap", "cannot map a delayed file", errno);
  memory_ = static_cast<char*>(mapped);
  madvise(memory_, kPages * kPageBytes, MADV_RANDOM);  // no reading ahead
  posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM);
}

FreshPages::~FreshPages() { munmap(memory_, kPages * kPageBytes); }

void FreshPages::next() {
  if (++page_ < kPages) return;
  page_ = 0;
  madvise(memory_, kPages * kPageBytes, MADV_DONTNEED);  // a mapped page would stay in the cache
  posix_fadvise(file_.number(), 0, 0, POSIX_FADV_DONTNEED);
}

bool FreshPages::read_into(char* buffer) const {
  return pread(file_.number(), buffer, kPageBytes, static_cast<off_t>(page_ * kPageBytes)) ==
         ssize_t{kPageBytes};
}

void FreshPages::touch() const {
  static_cast<void>(*static_cast<volatile char*>(memory_ + page_ * kPageBytes));
}

}  // namespace plumbline::workloads
