#include "analysis/attribution/selected_time.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "analysis/attribution/apportion.h"
#include "analysis/attribution/scope_walk.h"
#include "analysis/attribution/stackless.h"

namespace plumbline::analysis {

using format::Category;

namespace {

constexpr std::uint8_t kCpuKind = index_of(Category::kCpu);

struct Sampled {
  std::int64_t weight_ns = 0;
  std::uint64_t samples = 0;
};

class Gathering {
 public:
  explicit Gathering(const TimeIndex& index)
      : index_(index), sums_(index.keys().size()), sampled_(index.keys().size()) {}

  void add(const ScopedTime& scope, Share share) {
    const std::vector<Index>& first_cell = index_.segments().first_cell;
    walk_segments(
        index_, scope, [&](Index from, Index to) { add_cells(first_cell[from], first_cell[to]); },
        [&](const SegmentPiece& piece) { add_piece(piece); }, share);
    walk_samples(
        index_, scope, [&](Index row) { add_sample(row); }, share);
    walk_call_sums(
        index_, scope, [&](Index row) { add_sums(row); }, share);
  }

  void add(const Gathering& other) {
    for (std::size_t kind = 0; kind < kTimeKinds; ++kind) by_kind_[kind] += other.by_kind_[kind];
    for (std::size_t i = 0; i < calls_ns_.size(); ++i) calls_ns_[i] += other.calls_ns_[i];
    for (std::size_t key = 0; key < sums_.size(); ++key) {
      sums_[key] += other.sums_[key];
      sampled_[key].weight_ns += other.sampled_[key].weight_ns;
      sampled_[key].samples += other.sampled_[key].samples;
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

  void add_piece(const SegmentPiece& piece) {
    const CellColumns& cells = index_.cells();
    const Index from = index_.segments().first_cell[piece.segment];
    const Index to = index_.segments().first_cell[piece.segment + 1];
    for (Index cell = from; cell < to; ++cell) {
      add_cell(cells.key[cell], cells.kind[cell], piece.ns[cell - from]);
    }
  }

  void add_sample(std::size_t sample) {
    const SampleColumns& samples = index_.samples();
    Sampled& key = sampled_[samples.key[sample]];
    key.weight_ns += samples.weight_ns[sample];
    ++key.samples;
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
    for (std::size_t key = 0; key < sums_.size(); ++key) {
      sums_[key].samples = sampled_[key].samples;
      result.sampling.samples += sampled_[key].samples;
    }
    distribute_to_samples(result.sampling);
  }

  void distribute_to_samples(SamplingBasis& sampling) {
    const Index unsampled = stackless(Stackless::kUnsampled);
    sampled_[unsampled].weight_ns += by_kind_[kMissedKind];
    std::vector<Index> keys;
    std::vector<std::int64_t> weights_ns;
    for (Index key = 0; key < sampled_.size(); ++key) {
      if (sampled_[key].weight_ns <= 0) continue;
      keys.push_back(key);
      weights_ns.push_back(sampled_[key].weight_ns);
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
  std::vector<TimeSum> sums_;     // by key; samples at last
  std::vector<Sampled> sampled_;  // by key: small, so that most of it stays in the cache
  std::vector<std::int64_t> calls_ns_ = std::vector<std::int64_t>(format::kCategoryCount, 0);
};

}  // namespace

TimeParts SelectedTime::all() const {
  TimeParts parts = on_threads;
  parts.other[index_of(format::OtherReason::kNotOnAnyThread)] += uncovered_ns;
  parts.category[index_of(Category::kOther)] += uncovered_ns;
  return parts;
}

SelectedTime selected_time(const TimeIndex& index, const ScopedTime& scope, std::size_t parts) {
  if (parts == 0) parts = parts_for(rows_in(index, scope));
  std::vector<std::optional<Gathering>> gatherings(parts);
  run_parts(parts, [&](Share share) { gatherings[share.part].emplace(index).add(scope, share); });
  for (std::size_t part = 1; part < parts; ++part) {
    gatherings[0]->add(*gatherings[part]);
    gatherings[part].reset();
  }
  return gatherings[0]->result(scope.uncovered_ns);
}

}  // namespace plumbline::analysis
