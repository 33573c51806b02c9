#include "profiler/session/rate_guard.h"

#include <algorithm>

namespace plumbline::session {

namespace {

std::int64_t period_of(double rate_hz) { return static_cast<std::int64_t>(1e9 / rate_hz); }

}  // namespace

void RateGuard::begin(std::uint64_t asked_hz, std::uint64_t budget_percent) {
  asked_hz_ = rate_hz_ = static_cast<double>(asked_hz);
  budget_ = static_cast<double>(budget_percent) / 100;
}

// The rate at which all would just fit.
double RateGuard::fitting_hz(const OwnCost& stretch) const {
  if (stretch.samples_ns() <= 0) return asked_hz_;
  constexpr double kPartOfSamples = 0.125;
  const double budget_ns = budget_ * static_cast<double>(stretch.process_ns);
  const auto others_ns = static_cast<double>(stretch.total_ns() - stretch.samples_ns());
  const double left_ns = std::max(budget_ns - others_ns, budget_ns * kPartOfSamples);
  return rate_hz_ * left_ns / static_cast<double>(stretch.samples_ns());
}

// It rises only where that is worth a change, and leaves a fifth of the budget free, so that it
// does not swing.
double RateGuard::next_hz(const OwnCost& stretch) const {
  constexpr double kMostRise = 2, kLeastRise = 1.25, kPartToRiseTo = 0.8;
  const double fitting = fitting_hz(stretch);
  const double lowest = std::min(asked_hz_, kLowestHz);
  const bool over =
      static_cast<double>(stretch.total_ns()) > budget_ * static_cast<double>(stretch.process_ns);
  if (over) return std::max(lowest, std::clamp(fitting, rate_hz_ / 2, rate_hz_));
  const double risen = std::min({asked_hz_, kMostRise * rate_hz_, kPartToRiseTo * fitting});
  const bool worth_it = risen >= kLeastRise * rate_hz_ || (risen == asked_hz_ && risen > rate_hz_);
  return worth_it ? risen : rate_hz_;
}

std::uint64_t RateGuard::new_period_ns(const OwnCost& cost) {
  const OwnCost stretch = cost.since(seen_);
  if (budget_ == 0 || stretch.process_ns < kLeastCpuNs) return 0;
  seen_ = cost;
  const double next = next_hz(stretch);
  constexpr double kLeastChange = 0.02;
  if (next > rate_hz_ * (1 - kLeastChange) && next < rate_hz_ * (1 + kLeastChange)) return 0;
  change_.old_period_ns = period_of(rate_hz_);
  change_.new_period_ns = period_of(next);
  change_.own_cpu_ns = stretch.total_ns();
  change_.process_cpu_ns = stretch.process_ns;
  rate_hz_ = next;
  return static_cast<std::uint64_t>(change_.new_period_ns);
}

}  // namespace plumbline::session
