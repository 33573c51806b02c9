// The clock that runs out in the kernel starts again with the same period until it runs out in user
// mode. So the missed samples lie whole periods of CPU behind the sample before (the one that was
// taken comes 10 to 60 us late), and each stands for its period in the span that had the CPU there.
#include "analysis/attribution/missed_samples.h"

#include <algorithm>
#include <span>

#include "analysis/attribution/sample_weight.h"
#include "analysis/attribution/timeline.h"

namespace plumbline::analysis {

namespace {

std::int64_t cpu_of(const Segment& segment) {
  return std::max<std::int64_t>(0, segment.parts.category[index_of(format::Category::kCpu)]);
}

std::int64_t cpu_outside_calls(const Segment& segment) {
  return segment.wait == kNone ? cpu_of(segment) : 0;
}

// A thread's segments by its CPU. Wall would not do: a thread that is preempted stands still in it.
struct ThreadCpu {
  std::span<const Segment> segments;
  std::vector<std::int64_t> end_ns;  // of each segment

  ThreadCpu(std::span<const Segment> thread, const std::vector<Event>& events) : segments(thread) {
    if (events.empty()) return;
    std::int64_t now_ns = events.front().edge.cpu_ns - events.front().edge.stolen_ns;
    for (const Segment& segment : thread) end_ns.push_back(now_ns += cpu_of(segment));
  }
};

// A point in a thread's life that moves back along its CPU outside calls.
class CpuCursor {
 public:
  CpuCursor(const ThreadCpu& thread, std::int64_t cpu_ns) : thread_(thread.segments) {
    const auto holds = std::lower_bound(thread.end_ns.begin(), thread.end_ns.end(), cpu_ns);
    at_ = static_cast<std::size_t>(holds - thread.end_ns.begin());
    if (at_ == thread_.size()) {  // behind the last edge: from there
      if (at_ > 0) left_ns_ = cpu_outside_calls(thread_.back());
      return;
    }
    const Segment& segment = thread_[at_++];
    const std::int64_t into_ns = cpu_ns - (*holds - cpu_of(segment));
    left_ns_ = std::clamp<std::int64_t>(into_ns, 0, cpu_outside_calls(segment));
  }

  // Books a period to the segment at each of `count` points: the last `back_ns` of CPU before here,
  // the others one period before the next.
  void book_back(std::int64_t back_ns, std::int64_t count, std::int64_t period_ns,
                 const Segment* first, std::vector<MissedCpu>& missed) {
    std::int64_t to_next_ns = back_ns;
    while (count > 0 && at_ > 0) {
      if (left_ns_ < to_next_ns) {
        to_next_ns -= left_ns_;
        --at_;
        left_ns_ = at_ > 0 ? cpu_outside_calls(thread_[at_ - 1]) : 0;
        continue;
      }
      const std::int64_t here = std::min(count, 1 + (left_ns_ - to_next_ns) / period_ns);
      const auto segment = static_cast<std::size_t>(&thread_[at_ - 1] - first);
      missed.push_back({segment, here * period_ns});
      left_ns_ -= to_next_ns + (here - 1) * period_ns;
      count -= here;
      to_next_ns = period_ns;
    }
  }

 private:
  std::span<const Segment> thread_;
  std::size_t at_ = 0;        // behind the segment that holds the point
  std::int64_t left_ns_ = 0;  // of that segment's CPU, before the point
};

std::vector<MissedCpu> summed_by_segment(std::vector<MissedCpu> missed) {
  std::sort(missed.begin(), missed.end(),
            [](const MissedCpu& a, const MissedCpu& b) { return a.segment < b.segment; });
  std::vector<MissedCpu> summed;
  for (const MissedCpu& one : missed) {
    if (summed.empty() || summed.back().segment != one.segment) {
      summed.push_back(one);
    } else {
      summed.back().ns += one.ns;
    }
  }
  return summed;
}

}  // namespace

std::vector<MissedCpu> missed_cpu_of_thread(const Recording& recording, Index thread,
                                            std::span<const Segment> segments,
                                            std::span<const Index> samples) {
  std::vector<MissedCpu> missed_cpu;
  const ThreadCpu cpu(segments, recording.events[thread]);
  const SampleTable& table = recording.samples;
  for (const Index i : samples) {
    if (table.in_hook[i]) continue;
    const std::int64_t period_ns = table.period_ns[i];
    const std::int64_t missed = missed_periods(table.weight_ns[i], period_ns);
    if (missed == 0) continue;
    CpuCursor cursor(cpu, table.cpu_ns[i]);
    cursor.book_back(table.weight_ns[i] - missed * period_ns, missed, period_ns, segments.data(),
                     missed_cpu);
  }
  return summed_by_segment(std::move(missed_cpu));
}

RowLists samples_by_thread(const Recording& recording) {
  if (!samples_miss_kernel(recording))
    return {recording.threads.size(), 0, [](std::size_t) { return kNone; }};
  return {recording.threads.size(), recording.samples.size(),
          [&](std::size_t row) { return recording.samples.thread[row]; }};
}

std::vector<MissedCpu> missed_cpu_by_segment(const Recording& recording,
                                             const Partition& partition) {
  const RowLists samples = samples_by_thread(recording);
  const Timeline timeline(recording, partition);
  std::vector<MissedCpu> missed_cpu;
  for (Index thread = 0; thread < recording.threads.size(); ++thread) {
    const std::span<const Segment> segments = timeline.of_thread(thread);
    if (samples.of(thread).empty() || segments.empty()) continue;
    const auto first = static_cast<std::size_t>(segments.data() - partition.segments.data());
    for (const MissedCpu& one :
         missed_cpu_of_thread(recording, thread, segments, samples.of(thread))) {
      missed_cpu.push_back({first + one.segment, one.ns});
    }
  }
  return missed_cpu;
}

}  // namespace plumbline::analysis
