#include "analysis/attribution/methods.h"

#include <algorithm>
#include <tuple>

namespace plumbline::analysis {

namespace {

std::int64_t value_of(const TimeSum& time, std::size_t column) {
  return column < kTimeColumns ? time.ns[column] : time.wall_ns();
}

}  // namespace

std::vector<Method> methods_of(const std::vector<KeyTime>& keys, FramePaths& paths,
                               std::size_t column) {
  std::vector<Index> row_of_frame;  // in `methods`, or kNone
  std::vector<Method> methods;
  const auto method_of = [&](Index frame) -> Method& {
    if (frame >= row_of_frame.size()) row_of_frame.resize(paths.frames().size(), kNone);
    if (row_of_frame[frame] == kNone) {
      row_of_frame[frame] = static_cast<Index>(methods.size());
      methods.push_back({frame, {}, {}});
    }
    return methods[row_of_frame[frame]];
  };
  for (const KeyTime& key : keys) {
    for (const Index frame : paths.distinct(key.key)) method_of(frame).total += key.time;
    method_of(paths.path(key.key).front()).self += key.time;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> value(row_of_frame.size());
  for (const Method& method : methods) {
    value[method.frame] = {value_of(method.self, column), value_of(method.total, column)};
  }
  std::sort(methods.begin(), methods.end(), [&](const Method& a, const Method& b) {
    if (value[a.frame] != value[b.frame]) return value[a.frame] > value[b.frame];
    const Frame& frame_a = paths.frames()[a.frame];
    const Frame& frame_b = paths.frames()[b.frame];
    return std::tie(frame_a.function, frame_a.file, frame_a.line) <
           std::tie(frame_b.function, frame_b.file, frame_b.line);
  });
  return methods;
}

std::array<TimeSum, kCodeOwnerCount> time_by_owner(const std::vector<Method>& methods,
                                                   const FramePaths& paths) {
  std::array<TimeSum, kCodeOwnerCount> sums{};
  for (const Method& method : methods) {
    sums[static_cast<std::size_t>(paths.frames()[method.frame].owner)] += method.self;
  }
  return sums;
}

}  // namespace plumbline::analysis
