#include "workloads/runner/run_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

namespace plumbline::workloads {

RunQueueClock::RunQueueClock()
    : schedstat_(open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {}

std::int64_t RunQueueClock::read_ns() const {
  // "ns on a CPU, ns in the run queue, number of turns"
  std::array<char, 96> buffer;
  const ssize_t got = pread(schedstat_.number(), buffer.data(), buffer.size(), 0);
  if (got <= 0) return -1;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
  const std::size_t second = text.find(' ') + 1;
  std::int64_t delay_ns = -1;
  std::from_chars(text.data() + second, text.data() + text.size(), delay_ns);
  return delay_ns;
}

}  // namespace plumbline::workloads
