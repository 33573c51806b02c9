// Pages of a delayed file that are in the page cache or not, as a segment needs it.
//
// Used by FileWaits; one for read(), one for mapped memory, each with a file of its own.
// Thread rule: one thread. Failure rule: io::InputError when the file cannot be mapped.
#pragma once

#include <cstddef>

#include "analysis/io/file_descriptor.h"

namespace plumbline::workloads {

class FreshPages {
 public:
  static constexpr std::size_t kPageBytes = 4096;

  // Takes `file`.
  explicit FreshPages(int file);
  ~FreshPages();
  FreshPages(const FreshPages&) = delete;
  FreshPages& operator=(const FreshPages&) = delete;

  // Goes on to a page that is not in the cache. Each of a thousand pages in turn; then all are
  // dropped, which takes less than a millisecond.
  void next();

  // The page last gone on to.
  bool read_into(char* buffer) const;
  void touch() const;

 private:
  io::FileDescriptor file_;
  char* memory_;
  std::size_t page_ = 0;
};

}  // namespace plumbline::workloads
