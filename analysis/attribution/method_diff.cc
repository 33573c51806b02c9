#include "analysis/attribution/method_diff.h"

#include <cmath>
#include <map>

namespace plumbline::analysis {

TimeColumns MethodPair::change() const {
  TimeColumns columns = self_b.ns;
  for (std::size_t column = 0; column < kTimeColumns; ++column)
    columns[column] -= self_a.ns[column];
  return columns;
}

std::vector<MethodPair> paired_methods(const std::vector<Method>& a, const FramePaths& paths_a,
                                       const std::vector<Method>& b, const FramePaths& paths_b) {
  std::map<std::pair<std::string, CodeOwner>, MethodPair> pairs;
  const auto pair_of = [&](const Frame& frame) -> MethodPair& {
    // Rows may have been merged by line: then the line is part of what they are.
    std::string name = frame.function;
    if (!frame.file.empty()) name += " " + frame.file + ":" + std::to_string(frame.line);
    MethodPair& pair = pairs[{name, frame.owner}];
    pair.function = name;
    pair.owner = frame.owner;
    return pair;
  };
  for (const Method& method : a) {
    MethodPair& pair = pair_of(paths_a.frames()[method.frame]);
    pair.self_a += method.self;
    pair.total_a += method.total;
  }
  for (const Method& method : b) {
    MethodPair& pair = pair_of(paths_b.frames()[method.frame]);
    pair.self_b += method.self;
    pair.total_b += method.total;
  }
  std::vector<MethodPair> rows;
  for (auto& [name, pair] : pairs) rows.push_back(std::move(pair));
  return rows;
}

std::pair<double, double> interval_of_difference(const Estimate& a, const Estimate& b) {
  const double difference = b.value - a.value;
  return {difference - std::hypot(b.value - b.low, a.high - a.value),
          difference + std::hypot(b.high - b.value, a.value - a.low)};
}

}  // namespace plumbline::analysis
