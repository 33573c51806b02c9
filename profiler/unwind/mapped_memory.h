// A piece of anonymous memory straight from the kernel, handed out from front to back.
//
// Tables and what it takes to build them live here, never on the program's heap. Pages cost nothing
// until they are touched, so that room can be taken for the worst case.
// Thread rule: its owner. Signal rule: not for handlers.
// Failure: without memory it is empty, ok() is false and carve gives null.
#pragma once

#include <cstddef>
#include <cstdint>

#include "profiler/base/sys.h"

namespace plumbline::unwind {

class MappedMemory {
 public:
  explicit MappedMemory(std::size_t bytes)
      : start_(static_cast<std::byte*>(base::sys::map_memory(bytes))),
        bytes_(start_ != nullptr ? bytes : 0) {}
  ~MappedMemory() {
    if (start_ != nullptr) base::sys::unmap_memory(start_, bytes_);
  }
  MappedMemory(const MappedMemory&) = delete;
  MappedMemory& operator=(const MappedMemory&) = delete;

  bool ok() const { return start_ != nullptr; }
  std::size_t bytes() const { return bytes_; }

  // What carving `count` of T takes at most, alignment included.
  template <class T>
  static constexpr std::size_t room_for(std::size_t count) {
    return count * sizeof(T) + alignof(T);
  }
  template <class T>
  T* carve(std::size_t count) {
    const std::size_t begin = (used_ + alignof(T) - 1) / alignof(T) * alignof(T);
    if (begin > bytes_ || count > (bytes_ - begin) / sizeof(T)) return nullptr;
    used_ = begin + count * sizeof(T);
    return reinterpret_cast<T*>(start_ + begin);
  }
  // The memory is no longer freed here.
  void release() { start_ = nullptr; }

 private:
  std::byte* start_;
  std::size_t bytes_;
  std::size_t used_ = 0;
};

}  // namespace plumbline::unwind
