// Lowers the sampling rate while the profiler takes more CPU than it may.
//
// Looks at stretches of at least kLeastCpuNs of the process's CPU: less says nothing, and a server
// that sleeps is not slowed down by us. Over the budget the rate falls to what fits, at most by
// half at a time; under it, it rises again, at most to what was asked for. Only what samples cost
// is to be saved that way: whatever the rest takes (spans and waits, tables of modules at the
// start), samples keep an eighth of the budget, since a recording without them explains nothing.
// Thread rule: drain thread. Signal rule: not from handlers. Failure: none.
#pragma once

#include <cstdint>

#include "profiler/format/record.h"
#include "profiler/session/own_cost.h"

namespace plumbline::session {

class RateGuard {
 public:
  static constexpr std::int64_t kLeastCpuNs = 300'000'000;
  static constexpr double kLowestHz = 10;

  // `budget_percent` 0: never changes anything.
  void begin(std::uint64_t asked_hz, std::uint64_t budget_percent);

  // `cost` as of now. The new mean period, or 0 while the old one stays.
  std::uint64_t new_period_ns(const OwnCost& cost);

  // What led to it; without the time.
  const format::RateChange& last_change() const { return change_; }

 private:
  double fitting_hz(const OwnCost& stretch) const;
  double next_hz(const OwnCost& stretch) const;

  double asked_hz_ = 0, rate_hz_ = 0, budget_ = 0;  // budget: part of the process's CPU
  OwnCost seen_;                                    // up to the end of the last stretch
  format::RateChange change_{};
};

}  // namespace plumbline::session
