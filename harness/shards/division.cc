#include "harness/shards/division.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace plumbline::harness {

std::vector<bool> units_of_shard(std::span<const ShardUnit> units, const Shard& shard) {
  std::vector<std::size_t> order(units.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    if (units[a].cost_ns != units[b].cost_ns) return units[a].cost_ns > units[b].cost_ns;
    return units[a].name < units[b].name;
  });
  struct Load {
    std::int64_t cost_ns = 0, units = 0;  // units: where no cost is known
    auto operator<=>(const Load&) const = default;
  };
  std::vector<Load> loads(static_cast<std::size_t>(shard.total));
  std::vector<bool> mine(units.size(), false);
  for (const std::size_t unit : order) {
    const auto least = std::ranges::min_element(loads);
    least->cost_ns += units[unit].cost_ns;
    ++least->units;
    mine[unit] = least - loads.begin() == shard.index - 1;
  }
  return mine;
}

}  // namespace plumbline::harness
