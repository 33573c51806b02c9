#include "profiler/capture/schedstat.h"

#include "profiler/base/decimal.h"
#include "profiler/base/sys.h"

namespace plumbline::capture {

int open_schedstat(int tid) {
  base::FixedText<64> path;
  path.append("/proc/self/task/").append_decimal(static_cast<std::uint64_t>(tid));
  path.append("/schedstat");
  return base::sys::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

bool read_schedstat(int tid, int fd, Schedstat& result) {
  const int opened = fd < 0 ? open_schedstat(tid) : -1;
  char buffer[96];
  const long bytes = base::sys::pread(fd < 0 ? opened : fd, buffer, sizeof buffer, 0);
  if (opened >= 0) base::sys::close(opened);
  if (bytes <= 0) return false;
  std::string_view text(buffer, static_cast<std::size_t>(bytes));
  std::uint64_t run_ns = 0, run_delay_ns = 0, runs = 0;
  if (!base::take_decimal(text, run_ns) || !base::take_decimal(text, run_delay_ns) ||
      !base::take_decimal(text, runs)) {
    return false;
  }
  result = {static_cast<std::int64_t>(run_delay_ns), runs};
  return true;
}

}  // namespace plumbline::capture
