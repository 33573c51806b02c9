#include "analysis/attribution/lock_holders.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "analysis/attribution/apportion.h"
#include "analysis/attribution/segment_cut.h"
#include "analysis/attribution/stackless.h"

namespace plumbline::analysis {

namespace {

constexpr std::size_t kRunningColumn = index_of(format::Category::kCpu);

// By thread, then by time; those of a thread that overlap become one.
std::vector<HeldStretch> disjoint(std::vector<HeldStretch> stretches) {
  std::sort(stretches.begin(), stretches.end(), [](const HeldStretch& a, const HeldStretch& b) {
    return std::tie(a.thread, a.window.begin_ns) < std::tie(b.thread, b.window.begin_ns);
  });
  std::vector<HeldStretch> apart;
  for (const HeldStretch& stretch : stretches) {
    const bool joins = !apart.empty() && apart.back().thread == stretch.thread &&
                       stretch.window.begin_ns <= apart.back().window.end_ns;
    if (joins) {
      apart.back().window.end_ns = std::max(apart.back().window.end_ns, stretch.window.end_ns);
    } else {
      apart.push_back(stretch);
    }
  }
  return apart;
}

// What of a segment lies in the window, column by column.
TimeColumns cut(const Segment& segment, const TimeWindow& window) {
  const std::int64_t length_ns = segment.end_ns - segment.begin_ns;
  const auto up_to = [&](std::int64_t edge_ns) {
    TimeColumns columns = columns_of(segment.parts);
    keep_first(columns, length_ns,
               std::clamp<std::int64_t>(edge_ns - segment.begin_ns, 0, length_ns));
    return columns;
  };
  TimeColumns part = up_to(window.end_ns);
  const TimeColumns before = up_to(window.begin_ns);
  for (std::size_t column = 0; column < kTimeColumns; ++column) part[column] -= before[column];
  return part;
}

class Sums {
 public:
  explicit Sums(const Recording& recording)
      : recording_(recording), keys_(recording.stacks.size()) {}

  void add(const Segment& segment, const TimeColumns& part) {
    for (std::size_t column = 0; column < kTimeColumns; ++column) {
      if (part[column] == 0) continue;
      if (segment.wait == kNone && column == kRunningColumn) {
        sampled_ns_ += part[column];
      } else {
        sums_[key_of(segment, column)].ns[column] += part[column];
      }
    }
  }

  void add_sample(Index sample) {
    const Index stack = recording_.samples.stack[sample];
    const bool framed = has_frames(stack);
    const Index key = framed ? keys_.of_sample(stack) : keys_.stackless(Stackless::kUnsampled);
    weight_ns_[key] += std::max<std::int64_t>(1, recording_.samples.weight_ns[sample]);
    ++sums_[key].samples;
  }

  HolderTime result() {
    distribute_cpu();
    HolderTime time;
    for (const auto& [key, sum] : sums_) {
      if (sum.is_nothing()) continue;
      time.keys.push_back({key, sum});
      for (std::size_t column = 0; column < kTimeColumns; ++column) {
        time.ns[column] += sum.ns[column];
      }
    }
    return time;
  }

 private:
  bool has_frames(Index stack) const {
    const std::vector<std::uint64_t>& first = recording_.stacks.first;
    return stack != kNone && first[stack] != first[stack + 1];
  }

  Index key_of(const Segment& segment, std::size_t column) const {
    if (segment.wait != kNone) {
      const Index stack = recording_.waits.stack[segment.wait];
      if (has_frames(stack)) return keys_.of_wait(stack);
      return keys_.stackless(Stackless::kWaitNoStack,
                             index_of(recording_.waits.category[segment.wait]));
    }
    if (column == kResidualColumn) return keys_.stackless(Stackless::kResidual);
    if (column == index_of(format::Category::kRunQueue)) {
      return keys_.stackless(Stackless::kRunQueue);
    }
    const auto& reasons = segment.parts.other;
    const auto largest = std::max_element(reasons.begin(), reasons.end());
    return keys_.stackless(Stackless::kReason, static_cast<std::size_t>(largest - reasons.begin()));
  }

  // Exact in its sum; samples say where it was.
  void distribute_cpu() {
    if (weight_ns_.empty() || sampled_ns_ <= 0) {
      if (sampled_ns_ != 0) add_sampled(keys_.stackless(Stackless::kUnsampled), sampled_ns_);
      return;
    }
    std::vector<std::int64_t> weights;
    for (const auto& [key, weight_ns] : weight_ns_) weights.push_back(weight_ns);
    const std::vector<std::int64_t> parts = apportion(weights, sampled_ns_);
    std::size_t at = 0;
    for (const auto& [key, weight_ns] : weight_ns_) add_sampled(key, parts[at++]);
  }

  void add_sampled(Index key, std::int64_t ns) {
    sums_[key].ns[kRunningColumn] += ns;
    sums_[key].sampled_ns += ns;
  }

  const Recording& recording_;
  StackKeys keys_;
  std::map<Index, TimeSum> sums_;            // by key
  std::map<Index, std::int64_t> weight_ns_;  // by key
  std::int64_t sampled_ns_ = 0;              // CPU outside waits
};

}  // namespace

LockHolders::LockHolders(const Recording& recording, const Partition& partition)
    : recording_(recording), timeline_(recording, partition) {
  const SampleTable& samples = recording.samples;
  for (Index row = 0; row < samples.size(); ++row) {
    if (!samples.in_hook[row]) samples_.push_back(row);
  }
  std::sort(samples_.begin(), samples_.end(), [&](Index a, Index b) {
    return std::tie(samples.thread[a], samples.wall_ns[a], a) <
           std::tie(samples.thread[b], samples.wall_ns[b], b);
  });
}

Index LockHolders::thread_of(Index wait) const {
  const std::int32_t tid = recording_.waits.owner_tid[wait];
  return tid == 0 ? kNone : timeline_.thread_at(tid, recording_.waits.begin[wait].wall_ns);
}

HolderTime LockHolders::time_in(std::vector<HeldStretch> stretches) const {
  Sums sums(recording_);
  for (const HeldStretch& stretch : disjoint(std::move(stretches))) {
    const TimeWindow& window = stretch.window;
    for (const Segment& segment :
         timeline_.overlapping(stretch.thread, window.begin_ns, window.end_ns)) {
      sums.add(segment, cut(segment, window));
    }
    const SampleTable& samples = recording_.samples;
    auto at = std::lower_bound(samples_.begin(), samples_.end(), stretch,
                               [&](Index sample, const HeldStretch& from) {
                                 return std::tie(samples.thread[sample], samples.wall_ns[sample]) <
                                        std::tie(from.thread, from.window.begin_ns);
                               });
    for (; at != samples_.end() && samples.thread[*at] == stretch.thread &&
           samples.wall_ns[*at] < window.end_ns;
         ++at) {
      sums.add_sample(*at);
    }
  }
  return sums.result();
}

}  // namespace plumbline::analysis
