#include "profiler/base/clock.h"

#include <cpuid.h>

#include <cstring>

namespace plumbline::base {

namespace {
constexpr double kQ32 = 4294967296.0;  // 2^32, the fixed point of TickScale
}  // namespace

TickAnchor read_tick_anchor() {
  constexpr int kReadings = 16;
  TickAnchor best;
  std::uint64_t best_width = ~std::uint64_t{0};
  for (int reading = 0; reading < kReadings; ++reading) {
    const std::uint64_t before = ticks();
    const std::int64_t now_ns = monotonic_ns();
    const std::uint64_t width = ticks() - before;
    if (width >= best_width) continue;
    best_width = width;
    best = {before + width / 2, now_ns};
  }
  return best;
}

bool ticks_are_reliable() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kInvariantTsc = 1u << 8;  // CPUID 80000007h EDX bit 8
  if (__get_cpuid(0x80000007, &a, &b, &c, &d) == 0 || (d & kInvariantTsc) == 0) return false;
  char source[8] = {};
  const int fd =
      sys::open("/sys/devices/system/clocksource/clocksource0/current_clocksource", O_RDONLY);
  if (fd < 0) return false;
  sys::pread(fd, source, sizeof source - 1, 0);
  sys::close(fd);
  return std::memcmp(source, "tsc\n", 4) == 0;
}

void TickScale::set(const TickAnchor& first, const TickAnchor& second) {
  const std::uint64_t tick_count = second.ticks - first.ticks;
  const std::int64_t nanoseconds = second.monotonic_ns - first.monotonic_ns;
  if (tick_count == 0 || nanoseconds <= 0) return;
  const double scale = static_cast<double>(nanoseconds) / static_cast<double>(tick_count) * kQ32;
  ns_per_tick_q32_.store(static_cast<std::uint64_t>(scale), std::memory_order_relaxed);
}

std::uint64_t TickScale::to_ticks(std::int64_t nanoseconds) const {
  const auto scale = static_cast<double>(ns_per_tick_q32_.load(std::memory_order_relaxed));
  return scale == 0 ? 0
                    : static_cast<std::uint64_t>(static_cast<double>(nanoseconds) / scale * kQ32);
}

}  // namespace plumbline::base
