// Source of the formula: Lan and DeMets, "Discrete sequential boundaries for clinical trials",
// Biometrika 70 (1983), section 3, alpha*(t) of Pocock's type. It leaves the first look most of its
// power, since most scenarios are decided there.
#include "harness/statistics/looks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace plumbline::harness {
namespace {

double spent_until(double share_of_runs) {
  return (1 - kConfidence) * std::log(1 + (std::numbers::e - 1) * share_of_runs);
}

}  // namespace

std::vector<Look> planned_looks(std::int64_t first, std::int64_t most) {
  std::vector<Look> looks;
  double spent = 0;
  std::int64_t runs = first;
  while (true) {
    const double spent_now = spent_until(static_cast<double>(runs) / static_cast<double>(most));
    looks.push_back({runs, 1 - (spent_now - spent)});
    if (runs >= most) return looks;
    spent = spent_now;
    runs = std::min(2 * runs, most);
  }
}

}  // namespace plumbline::harness
