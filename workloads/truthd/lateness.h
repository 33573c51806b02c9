// How late the server itself was: from the moment that a worker asked for to the release.
//
// Filled by the server threads, shown by plumbline-truthd when it ends.
// Thread rule: add() from any thread, without a lock. Failure rule: none.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace plumbline::workloads {

class Lateness {
 public:
  void add(std::int64_t late_ns);

  // "120 waits, late by 62 us in the middle and 512 us at most"; empty when there was none.
  std::string summary() const;

 private:
  static constexpr std::size_t kBuckets = 4096;  // of a microsecond; the last takes the rest

  std::array<std::atomic<std::uint32_t>, kBuckets> counts_{};
  std::atomic<std::int64_t> most_ns_{0};
};

}  // namespace plumbline::workloads
