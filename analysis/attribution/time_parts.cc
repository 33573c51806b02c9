#include <numeric>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

std::int64_t TimeParts::wall_ns() const {
  return std::accumulate(category.begin(), category.end(), residual_ns);
}

TimeParts& TimeParts::operator+=(const TimeParts& more) {
  for (std::size_t i = 0; i < category.size(); ++i) category[i] += more.category[i];
  for (std::size_t i = 0; i < other.size(); ++i) other[i] += more.other[i];
  residual_ns += more.residual_ns;
  return *this;
}

}  // namespace plumbline::analysis
