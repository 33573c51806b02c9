#include "analysis/attribution/selected_time.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "analysis/attribution/apportion.h"
#include "analysis/attribution/segment_cut.h"
#include "analysis/attribution/stackless.h"

namespace plumbline::analysis {

using format::Category;

namespace {

constexpr std::uint8_t kCpuKind = index_of(Category::kCpu);

// A segment has one part of each kind at most.
constexpr std::size_t kMostCells = kTimeKinds;

class Gathering {
 public:
  explicit Gathering(const TimeIndex& index)
      : index_(index), sums_(index.keys().size()), weight_ns_(index.keys().size(), 0) {}

  void add_spans(SpanRange range) {
    const std::vector<Index>& first_cell = index_.segments().first_cell;
    for (const Index segment : index_.segments_of().of_range(range.from, range.to)) {
      add_cells(first_cell[segment], first_cell[segment + 1]);
    }
    for (const Index sample : index_.samples_of().of_range(range.from, range.to)) {
      add_sample(sample);
    }
    for (const Index sums : index_.call_sums_of().of_range(range.from, range.to)) add_sums(sums);
  }

  // Disjoint and ascending.
  void add_windows(const std::vector<TimeWindow>& windows) {
    if (windows.empty()) return;
    const std::vector<Index>& first = index_.segments().first_of_thread;
    for (std::size_t thread = 0; thread + 1 < first.size(); ++thread) {
      for (const TimeWindow& window : windows) {
        add_stretch(first[thread], first[thread + 1], window);
      }
    }
    const auto is_inside = [&](std::int64_t ns) {
      const auto later = std::upper_bound(
          windows.begin(), windows.end(), ns,
          [](std::int64_t at_ns, const TimeWindow& window) { return at_ns < window.begin_ns; });
      return later != windows.begin() && ns < std::prev(later)->end_ns;
    };
    const std::vector<std::int64_t>& wall_ns = index_.samples().wall_ns;
    for (std::size_t i = 0; i < wall_ns.size(); ++i) {
      if (is_inside(wall_ns[i])) add_sample(i);
    }
    const std::vector<std::int64_t>& near_ns = index_.call_sums().near_ns;
    for (std::size_t i = 0; i < near_ns.size(); ++i) {
      if (is_inside(near_ns[i])) add_sums(i);
    }
  }

  SelectedTime result(std::int64_t uncovered_ns) {
    SelectedTime result;
    fill_parts(result.on_threads);
    distribute_cpu(result);
    result.uncovered_ns = uncovered_ns;
    const std::size_t nowhere = index_of(format::OtherReason::kNotOnAnyThread);
    sums_[stackless(Stackless::kReason, nowhere)].ns[index_of(Category::kOther)] += uncovered_ns;
    for (Index key = 0; key < sums_.size(); ++key) {
      if (!sums_[key].is_nothing()) result.keys.push_back({key, sums_[key]});
    }
    return result;
  }

 private:
  Index stackless(Stackless kind, std::size_t which = 0) const {
    return index_.keys().stackless(kind, which);
  }

  void add_cell(Index key, std::uint8_t kind, std::int64_t ns) {
    by_kind_[kind] += ns;
    if (kind == kCpuKind || kind == kMissedKind) return;  // what is there to be distributed
    sums_[key].ns[column_of_kind(kind)] += ns;
  }

  void add_cells(Index from, Index to) {
    const CellColumns& cells = index_.cells();
    for (Index cell = from; cell < to; ++cell) {
      add_cell(cells.key[cell], cells.kind[cell], cells.ns[cell]);
    }
  }

  // Of neighbouring segments of a thread. Those wholly inside have neighbouring cells.
  void add_stretch(Index from, Index to, const TimeWindow& window) {
    const SegmentColumns& segments = index_.segments();
    const auto row = [](const std::vector<std::int64_t>& column, auto at) {
      return static_cast<Index>(at - column.begin());
    };
    // The first that begins inside, and the first that ends outside.
    const auto& begin_ns = segments.begin_ns;
    const auto& end_ns = segments.end_ns;
    Index inside = row(begin_ns, std::lower_bound(begin_ns.begin() + from, begin_ns.begin() + to,
                                                  window.begin_ns));
    Index outside =
        row(end_ns, std::upper_bound(end_ns.begin() + from, end_ns.begin() + to, window.end_ns));
    // A moment at the window's end is behind it.
    while (outside > from && begin_ns[outside - 1] >= window.end_ns) --outside;
    if (inside > from && end_ns[inside - 1] > window.begin_ns) add_piece(inside - 1, window);
    if (inside < outside) add_cells(segments.first_cell[inside], segments.first_cell[outside]);
    const Index last = std::max(inside, outside);
    if (last < to && begin_ns[last] < window.end_ns) add_piece(last, window);
  }

  void add_piece(Index segment, const TimeWindow& window) {
    const CellColumns& cells = index_.cells();
    const Index from = index_.segments().first_cell[segment];
    const std::size_t count = index_.segments().first_cell[segment + 1] - from;
    const std::int64_t begin_ns = index_.segments().begin_ns[segment];
    const std::int64_t length_ns = index_.segments().end_ns[segment] - begin_ns;
    std::array<std::int64_t, kMostCells> upto_end{}, upto_begin{};
    std::copy_n(cells.ns.begin() + from, count, upto_end.begin());
    upto_begin = upto_end;
    // The weight of missed samples stands last, beside the parts: it is no time.
    const bool has_missed = count > 0 && cells.kind[from + count - 1] == kMissedKind;
    const auto keep = [&](std::array<std::int64_t, kMostCells>& parts, std::int64_t edge_ns) {
      const std::int64_t before_ns = std::clamp<std::int64_t>(edge_ns - begin_ns, 0, length_ns);
      keep_first(std::span(parts).first(count - (has_missed ? 1 : 0)), length_ns, before_ns);
      if (has_missed) keep_share(parts[count - 1], length_ns, before_ns);
    };
    keep(upto_end, window.end_ns);
    keep(upto_begin, window.begin_ns);
    for (std::size_t i = 0; i < count; ++i) {
      const Index cell = from + static_cast<Index>(i);
      add_cell(cells.key[cell], cells.kind[cell], upto_end[i] - upto_begin[i]);
    }
  }

  static void keep_share(std::int64_t& weight_ns, std::int64_t length_ns, std::int64_t before_ns) {
    const double share = static_cast<double>(before_ns) / static_cast<double>(length_ns);
    weight_ns = static_cast<std::int64_t>(static_cast<double>(weight_ns) * share);
  }

  void add_sample(std::size_t sample) {
    const SampleColumns& samples = index_.samples();
    weight_ns_[samples.key[sample]] += samples.weight_ns[sample];
    ++sums_[samples.key[sample]].samples;
    ++samples_;
  }

  void add_sums(std::size_t row) {
    const CallSumColumns& sums = index_.call_sums();
    calls_ns_[sums.category[row]] += sums.cpu_ns[row];
  }

  void fill_parts(TimeParts& parts) const {
    for (std::uint8_t kind = 0; kind < kMissedKind; ++kind) {
      const std::size_t column = column_of_kind(kind);
      if (column == kResidualColumn) {
        parts.residual_ns += by_kind_[kind];
      } else {
        parts.category[column] += by_kind_[kind];
      }
    }
    for (std::size_t i = 0; i < parts.other.size(); ++i) {
      parts.other[i] = by_kind_[kFirstReasonKind + i];
    }
  }

  // Calls that did not block are sums beside the segments: at most all of the CPU outside waits.
  void distribute_cpu(SelectedTime& result) {
    const std::int64_t outside_waits_ns = by_kind_[kCpuKind];
    const std::int64_t room_ns = std::max<std::int64_t>(0, outside_waits_ns);
    if (std::accumulate(calls_ns_.begin(), calls_ns_.end(), std::int64_t{0}) > room_ns) {
      calls_ns_ = apportion(calls_ns_, room_ns);
    }
    std::int64_t left_ns = outside_waits_ns;
    for (std::size_t category = 0; category < format::kCategoryCount; ++category) {
      const std::int64_t calls_ns = calls_ns_[category];
      left_ns -= calls_ns;
      sums_[stackless(Stackless::kCallsNotBlocking, category)].ns[kCpuKind] += calls_ns;
      result.cpu_in_calls_ns[category] = calls_ns + by_kind_[kFirstCpuInWaitKind + category];
    }
    result.sampling.distributed_ns = left_ns;
    result.sampling.samples = samples_;
    distribute_to_samples(result.sampling);
  }

  void distribute_to_samples(SamplingBasis& sampling) {
    const Index unsampled = stackless(Stackless::kUnsampled);
    weight_ns_[unsampled] += by_kind_[kMissedKind];
    std::vector<Index> keys;
    std::vector<std::int64_t> weights_ns;
    for (Index key = 0; key < weight_ns_.size(); ++key) {
      if (weight_ns_[key] <= 0) continue;
      keys.push_back(key);
      weights_ns.push_back(weight_ns_[key]);
    }
    if (keys.empty() || sampling.distributed_ns < 0) {  // no sample says where it was
      add_sampled(unsampled, sampling.distributed_ns);
      return;
    }
    const std::vector<std::int64_t> parts_ns = apportion(weights_ns, sampling.distributed_ns);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      add_sampled(keys[i], parts_ns[i]);
      if (keys[i] != unsampled) sampling.sampled_ns += parts_ns[i];
    }
  }

  void add_sampled(Index key, std::int64_t ns) {
    sums_[key].ns[kCpuKind] += ns;
    sums_[key].sampled_ns += ns;
  }

  const TimeIndex& index_;
  TimeByKind by_kind_{};
  std::vector<TimeSum> sums_;            // by key
  std::vector<std::int64_t> weight_ns_;  // by key
  std::vector<std::int64_t> calls_ns_ = std::vector<std::int64_t>(format::kCategoryCount, 0);
  std::uint64_t samples_ = 0;
};

}  // namespace

TimeParts SelectedTime::all() const {
  TimeParts parts = on_threads;
  parts.other[index_of(format::OtherReason::kNotOnAnyThread)] += uncovered_ns;
  parts.category[index_of(Category::kOther)] += uncovered_ns;
  return parts;
}

SelectedTime selected_time(const TimeIndex& index, const ScopedTime& scope) {
  Gathering gathering(index);
  for (const SpanRange& range : scope.ranges) gathering.add_spans(range);
  gathering.add_windows(scope.windows);
  return gathering.result(scope.uncovered_ns);
}

}  // namespace plumbline::analysis
