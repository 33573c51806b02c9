#include "workloads/truthd/lateness.h"

#include <algorithm>

namespace plumbline::workloads {

void Lateness::add(std::int64_t late_ns) {
  const auto bucket = std::clamp<std::int64_t>(late_ns / 1000, 0, kBuckets - 1);
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  std::int64_t most_ns = most_ns_.load(std::memory_order_relaxed);
  while (late_ns > most_ns &&
         !most_ns_.compare_exchange_weak(most_ns, late_ns, std::memory_order_relaxed)) {
  }
}

std::string Lateness::summary() const {
  std::uint64_t waits = 0;
  for (const auto& count : counts_) waits += count.load(std::memory_order_relaxed);
  if (waits == 0) return "";
  std::size_t median_us = 0;
  std::uint64_t below = counts_[0].load(std::memory_order_relaxed);
  while (below * 2 < waits) below += counts_[++median_us].load(std::memory_order_relaxed);
  return std::to_string(waits) + " waits, late by " + std::to_string(median_us) +
         " us in the middle and " +
         std::to_string(most_ns_.load(std::memory_order_relaxed) / 1000) + " us at most";
}

}  // namespace plumbline::workloads
