#include "profiler/capture/stack_bounds.h"

#include <string_view>

#include "profiler/base/sys.h"

// Set by the dynamic loader: where the main thread's first frame stands.
extern "C" void* __libc_stack_end;

namespace plumbline::capture {

namespace {

constexpr std::size_t kPageBytes = 4096;

// Lines of /proc/self/maps through a small buffer: "low-high perms ...".
class MapsReader {
 public:
  MapsReader() : fd_(base::sys::open("/proc/self/maps", O_RDONLY | O_CLOEXEC)) {}
  ~MapsReader() {
    if (fd_ >= 0) base::sys::close(fd_);
  }
  MapsReader(const MapsReader&) = delete;
  MapsReader& operator=(const MapsReader&) = delete;

  bool next(StackBounds& range) {
    range = {};
    if (!read_hex(range.low) || !read_hex(range.high)) return false;
    for (char character = ' '; character != '\n';) {
      if (!read_char(character)) return false;
    }
    return true;
  }

 private:
  bool read_char(char& character) {
    if (at_ == filled_) {
      const long bytes =
          base::sys::call(SYS_read, fd_, base::sys::address(buffer_), sizeof buffer_);
      if (bytes <= 0) return false;
      filled_ = static_cast<std::size_t>(bytes);
      at_ = 0;
    }
    character = buffer_[at_++];
    return true;
  }

  // One number and the character behind it.
  bool read_hex(std::uintptr_t& value) {
    for (char character; read_char(character);) {
      if (character >= '0' && character <= '9') {
        value = value * 16 + static_cast<std::uintptr_t>(character - '0');
      } else if (character >= 'a' && character <= 'f') {
        value = value * 16 + static_cast<std::uintptr_t>(character - 'a' + 10);
      } else {
        return true;
      }
    }
    return false;
  }

  int fd_;
  char buffer_[512];
  std::size_t at_ = 0, filled_ = 0;
};

}  // namespace

std::size_t usable_stack_bytes(const pthread_attr_t* attributes) {
  std::size_t stack_bytes = 0, guard_bytes = 0;
  pthread_attr_getstacksize(attributes, &stack_bytes);
  pthread_attr_getguardsize(attributes, &guard_bytes);
  return stack_bytes > guard_bytes ? stack_bytes - guard_bytes : 0;
}

StackBounds bounds_of_created_thread(std::size_t usable_bytes) {
  const auto high = static_cast<std::uintptr_t>(pthread_self());
  // The control block takes less than a page; the second page covers the block's alignment.
  if (usable_bytes > 2 * kPageBytes) return {high - (usable_bytes - 2 * kPageBytes), high};
  MapsReader maps;
  for (StackBounds range; maps.next(range);) {
    if (range.contains(high)) return {range.low, high};
  }
  return {};
}

StackBounds bounds_of_main_thread() {
  rlimit limit{};
  base::sys::call(SYS_prlimit64, 0, RLIMIT_STACK, 0, base::sys::address(&limit));
  constexpr std::uintptr_t kLargest = std::uintptr_t{1} << 27;  // the gap that the kernel keeps
  const std::uintptr_t bytes = limit.rlim_cur < kLargest ? limit.rlim_cur : kLargest;
  const auto high = reinterpret_cast<std::uintptr_t>(__libc_stack_end) + sizeof(void*);
  return {high - bytes, high};
}

}  // namespace plumbline::capture
