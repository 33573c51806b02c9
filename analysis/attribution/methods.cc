#include "analysis/attribution/methods.h"

#include <algorithm>
#include <span>
#include <tuple>

#include "analysis/attribution/worker_threads.h"

namespace plumbline::analysis {

namespace {

std::int64_t value_of(const TimeSum& time, std::size_t column) {
  return column < kTimeColumns ? time.ns[column] : time.wall_ns();
}

// Stacks are as deep as this, or deeper.
constexpr std::size_t kUsualFrames = 16;

// Totals by frame. A stack has time in few columns, most of them in one: only those are added.
struct FrameSums {
  std::vector<TimeSum> totals;
  std::vector<char> met;

  void add(const TimeSum& time, std::span<const Index> frames) {
    std::array<std::size_t, kTimeColumns> used{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < kTimeColumns; ++i) {
      if (time.ns[i] != 0) used[count++] = i;
    }
    for (const Index frame : frames) {
      TimeSum& total = totals[frame];
      met[frame] = 1;
      for (std::size_t i = 0; i < count; ++i) total.ns[used[i]] += time.ns[used[i]];
      total.sampled_ns += time.sampled_ns;
      total.samples += time.samples;
    }
  }
};

}  // namespace

std::vector<Method> methods_of(const std::vector<KeyTime>& keys, FramePaths& paths,
                               std::size_t column) {
  for (const KeyTime& key : keys) paths.path(key.key);  // walked now: from here on nothing moves
  const std::size_t frames = paths.frames().size();
  std::vector<FrameSums> sums(parts_for(keys.size() * kUsualFrames));
  run_parts(sums.size(), [&](Share share) {
    FrameSums& mine = sums[share.part];
    mine.totals.resize(frames);
    mine.met.resize(frames, 0);
    for (std::size_t i = share.begin(keys.size()); i < share.end(keys.size()); ++i) {
      mine.add(keys[i].time, paths.known_distinct(keys[i].key));
    }
  });
  std::vector<Index> row_of_frame(frames, kNone);  // in `methods`
  std::vector<Method> methods;
  for (Index frame = 0; frame < frames; ++frame) {
    Method method{frame, {}, {}};
    bool met = false;
    for (const FrameSums& part : sums) {
      if (part.met[frame] == 0) continue;
      met = true;
      method.total += part.totals[frame];
    }
    if (!met) continue;
    row_of_frame[frame] = static_cast<Index>(methods.size());
    methods.push_back(method);
  }
  for (const KeyTime& key : keys) {
    methods[row_of_frame[paths.path(key.key).front()]].self += key.time;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> value(frames);
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
