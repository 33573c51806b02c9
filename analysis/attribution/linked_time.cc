#include "analysis/attribution/linked_time.h"

#include <algorithm>
#include <tuple>

#include "analysis/attribution/apportion.h"
#include "analysis/attribution/scope_walk.h"

namespace plumbline::analysis {

using format::Category;

namespace {

constexpr std::size_t kCpuColumn = index_of(Category::kCpu);
constexpr std::uint8_t kCpuKind = index_of(Category::kCpu);

// Of each row of a list by span: the span's row.
std::vector<Index> owners_of(const SpanForest& forest, const RowLists& lists, std::size_t rows) {
  std::vector<Index> owners(rows, kNone);
  for (Index position = 0; position < forest.size(); ++position) {
    for (const Index row : lists.of(position)) owners[row] = forest.row_at(position);
  }
  return owners;
}

class Linking {
 public:
  Linking(const Recording& recording, const TimeIndex& index)
      : recording_(recording), index_(index) {}

  std::vector<LinkedRow> run(const ScopedTime& scope, const SelectedTime& time) {
    add_segments(scope);
    add_samples(scope);
    walk_call_sums(index_, scope, [&](Index row) {
      const std::size_t category = index_.call_sums().category[row];
      const Index key = index_.keys().stackless(Stackless::kCallsNotBlocking, category);
      row_of(key, recording_.call_sums.span[row], recording_.call_sums.thread[row]).weight_ns +=
          index_.call_sums().cpu_ns[row];
    });
    std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
      return std::tie(a.made.key, a.made.span, a.made.thread) <
             std::tie(b.made.key, b.made.span, b.made.thread);
    });
    return distributed(time);
  }

 private:
  struct Row {
    LinkedRow made;
    std::int64_t weight_ns = 0;     // by which the key's CPU is distributed
    std::int64_t unsampled_ns = 0;  // the same where no sample of the scope says anything
  };

  Row& row_of(Index key, Index span, Index thread) {
    const std::uint64_t hash =
        mixed(mixed(key + (std::uint64_t{span} << 32)) + std::uint64_t{thread});
    Index row = known_.find(hash, [&](Index at) {
      const LinkedRow& made = rows_[at].made;
      return made.key == key && made.span == span && made.thread == thread;
    });
    if (row == kNone) {
      row = static_cast<Index>(rows_.size());
      known_.add(hash, row);
      rows_.push_back({.made = {.key = key, .span = span, .thread = thread, .time = {}}});
    }
    return rows_[row];
  }

  void add_segments(const ScopedTime& scope) {
    const std::vector<Index> spans = spans_of_segments(index_);
    const std::vector<Index> threads = threads_of_segments(index_);
    const std::vector<Index>& first_cell = index_.segments().first_cell;
    const auto add = [&](Index segment, const std::int64_t* ns) {
      for (Index cell = first_cell[segment]; cell < first_cell[segment + 1]; ++cell) {
        add_cell(cell, ns[cell - first_cell[segment]], spans[segment], threads[segment]);
      }
    };
    walk_segments(
        index_, scope,
        [&](Index from, Index to) {
          for (; from < to; ++from) add(from, index_.cells().ns.data() + first_cell[from]);
        },
        [&](const SegmentPiece& piece) { add(piece.segment, piece.ns.data()); });
  }

  void add_cell(Index cell, std::int64_t ns, Index span, Index thread) {
    const std::uint8_t kind = index_.cells().kind[cell];
    Row& row = row_of(index_.cells().key[cell], span, thread);
    if (kind == kMissedKind) {
      row.weight_ns += ns;
    } else if (kind == kCpuKind) {
      row.unsampled_ns += ns;
    } else {
      row.made.time.ns[column_of_kind(kind)] += ns;
    }
  }

  void add_samples(const ScopedTime& scope) {
    const SampleTable& table = recording_.samples;
    std::vector<Index> in_table;  // the index has those outside hooked calls
    for (Index row = 0; row < table.size(); ++row) {
      if (!table.in_hook[row]) in_table.push_back(row);
    }
    walk_samples(index_, scope, [&](Index sample) {
      const Index at = in_table[sample];
      Row& row = row_of(index_.samples().key[sample], table.span[at], table.thread[at]);
      row.weight_ns += index_.samples().weight_ns[sample];
      ++row.made.time.samples;
    });
  }

  // Key by key. A key whose rows cancel out is not in the scope's table.
  std::vector<LinkedRow> distributed(const SelectedTime& time) {
    std::vector<LinkedRow> linked;
    std::size_t from = 0;
    const auto up_to = [&](const KeyTime& key) {
      std::size_t to = from;
      while (to < rows_.size() && rows_[to].made.key == key.key) ++to;
      distribute(key, from, to, linked);
      from = to;
    };
    for (const KeyTime& key : time.keys) {
      while (from < rows_.size() && rows_[from].made.key < key.key) {
        up_to({rows_[from].made.key, {}});
      }
      up_to(key);
    }
    while (from < rows_.size()) up_to({rows_[from].made.key, {}});
    return linked;
  }

  void distribute(const KeyTime& key, std::size_t from, std::size_t to,
                  std::vector<LinkedRow>& linked) {
    TimeSum left = key.time;  // what is not booked to the key's rows yet
    std::vector<std::int64_t> weights_ns, unsampled_ns;
    std::int64_t weight_ns = 0;
    for (std::size_t i = from; i < to; ++i) {
      const Row& row = rows_[i];
      for (std::size_t column = 0; column < kTimeColumns; ++column) {
        left.ns[column] -= row.made.time.ns[column];
      }
      weights_ns.push_back(std::max<std::int64_t>(0, row.weight_ns));
      unsampled_ns.push_back(std::max<std::int64_t>(0, row.unsampled_ns));
      weight_ns += weights_ns.back();
    }
    const bool sampled = key.time.sampled_ns != 0;
    const std::int64_t cpu_ns = left.ns[kCpuColumn];
    if (cpu_ns > 0) {
      const auto parts_ns = apportion(weight_ns > 0 ? weights_ns : unsampled_ns, cpu_ns);
      for (std::size_t i = from; i < to; ++i) {
        rows_[i].made.time.ns[kCpuColumn] += parts_ns[i - from];
        if (sampled) rows_[i].made.time.sampled_ns += parts_ns[i - from];
        left.ns[kCpuColumn] -= parts_ns[i - from];
      }
    }
    if (sampled) left.sampled_ns = left.ns[kCpuColumn];
    left.samples = 0;
    for (std::size_t i = from; i < to; ++i) {
      if (!rows_[i].made.time.is_nothing()) linked.push_back(rows_[i].made);
    }
    // On no thread, or a sum that no row can have a part of.
    if (!left.is_nothing()) linked.push_back({.key = key.key, .time = left});
  }

  const Recording& recording_;
  const TimeIndex& index_;
  RowIndex known_;
  std::vector<Row> rows_;
};

}  // namespace

std::vector<LinkedRow> linked_time(const Recording& recording, const TimeIndex& index,
                                   const ScopedTime& scope, const SelectedTime& time) {
  return Linking(recording, index).run(scope, time);
}

std::vector<SpanTime> time_by_span(const TimeIndex& index, const ScopedTime& scope) {
  const std::vector<Index> spans = spans_of_segments(index);
  const std::vector<Index>& first_cell = index.segments().first_cell;
  std::vector<SpanTime> by_span(index.forest().size() + 1);
  std::vector<bool> met(by_span.size(), false);
  const auto add = [&](Index segment, const std::int64_t* ns) {
    const std::size_t at = std::min<std::size_t>(spans[segment], by_span.size() - 1);
    met[at] = true;
    for (Index cell = first_cell[segment]; cell < first_cell[segment + 1]; ++cell) {
      const std::uint8_t kind = index.cells().kind[cell];
      if (kind == kMissedKind) continue;
      by_span[at].ns[column_of_kind(kind)] += ns[cell - first_cell[segment]];
    }
  };
  walk_segments(
      index, scope,
      [&](Index from, Index to) {
        for (; from < to; ++from) add(from, index.cells().ns.data() + first_cell[from]);
      },
      [&](const SegmentPiece& piece) { add(piece.segment, piece.ns.data()); });
  std::vector<SpanTime> result;
  for (std::size_t at = 0; at < by_span.size(); ++at) {
    by_span[at].span = at + 1 < by_span.size() ? static_cast<Index>(at) : kNone;
    if (met[at]) result.push_back(by_span[at]);
  }
  return result;
}

std::vector<Index> spans_of_segments(const TimeIndex& index) {
  return owners_of(index.forest(), index.segments_of(), index.segments().begin_ns.size());
}

std::vector<Index> threads_of_segments(const TimeIndex& index) {
  const SegmentColumns& segments = index.segments();
  std::vector<Index> threads(segments.begin_ns.size());
  for (Index thread = 0; thread + 1 < segments.first_of_thread.size(); ++thread) {
    for (Index at = segments.first_of_thread[thread]; at < segments.first_of_thread[thread + 1];
         ++at) {
      threads[at] = thread;
    }
  }
  return threads;
}

}  // namespace plumbline::analysis
