// Only injected segments are laid over: between them the workload's own bookkeeping runs. A
// segment's owner is the innermost span or stretch of the ledger around it.
#include "harness/scoring/overlay.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "harness/truth/ledger_tiling.h"

namespace plumbline::harness {
namespace {

using format::Category;
using workloads::LedgerKind;
using workloads::LedgerRecord;
using workloads::LedgerThread;

std::size_t index_of(Category category) { return static_cast<std::size_t>(category); }

// The span that owns each record of a thread; 0 where the tracer gave no identity. Records stand
// in the order in which they ended, so a span's records are those just before it that lie inside.
std::vector<std::uint64_t> owners_of(const LedgerThread& thread) {
  std::unordered_map<std::size_t, std::uint64_t> span_ids;
  for (const workloads::LedgerSpanId& id : thread.span_ids) span_ids[id.record] = id.span_id;
  std::vector<std::uint64_t> owners(thread.records.size(), 0);
  std::vector<std::size_t> orphans;  // records whose span has not ended yet
  for (std::size_t row = 0; row < thread.records.size(); ++row) {
    const LedgerRecord& record = thread.records[row];
    if (record.kind == LedgerKind::kSetup) continue;
    if (record.kind != LedgerKind::kSpan && record.kind != LedgerKind::kStretch) {
      orphans.push_back(row);
      continue;
    }
    if (is_split_span(record)) continue;  // its stretches own
    while (!orphans.empty() && thread.records[orphans.back()].t0_ns >= record.t0_ns) {
      owners[orphans.back()] = span_ids[row];
      orphans.pop_back();
    }
  }
  return owners;
}

// What the profiler reported between two moments of one thread.
struct Slice {
  LinkTotals links;
  CategoryTimes reported{};
};

Slice slice_of(const std::vector<ReportedSegment>& segments, const LedgerRecord& record,
               std::uint64_t owner) {
  Slice slice;
  const auto ends_before = [](const ReportedSegment& segment, std::int64_t time) {
    return segment.end_ns <= time;
  };
  auto segment = std::lower_bound(segments.begin(), segments.end(), record.t0_ns, ends_before);
  std::int64_t covered_ns = 0;
  for (; segment != segments.end() && segment->begin_ns < record.t1_ns; ++segment) {
    if (segment->begin_ns == segment->end_ns) continue;
    const std::int64_t shared_ns =
        std::min(segment->end_ns, record.t1_ns) - std::max(segment->begin_ns, record.t0_ns);
    covered_ns += shared_ns;
    LinkTotals& links = slice.links;
    if (segment->span_id == 0 || owner == 0) {
      links.none_ns += shared_ns;
    } else {
      (segment->span_id == owner ? links.right_ns : links.wrong_ns) += shared_ns;
    }
    const double share =
        static_cast<double>(shared_ns) / static_cast<double>(segment->end_ns - segment->begin_ns);
    for (std::size_t category = 0; category < format::kCategoryCount; ++category) {
      slice.reported[category] += share * static_cast<double>(segment->parts.category[category]);
    }
  }
  slice.links.none_ns += record.t1_ns - record.t0_ns - covered_ns;
  return slice;
}

// The true parts of a segment's wall. Where the run queue was not recorded, what a wait's interval
// leaves open between waiting and queueing goes to whichever the profiler said.
CategoryTimes true_parts(const LedgerRecord& record, const CategoryTimes& reported) {
  CategoryTimes parts{};
  const double wall_ns = static_cast<double>(record.t1_ns - record.t0_ns);
  const double cpu_ns = std::min(wall_ns, static_cast<double>(record.c1_ns - record.c0_ns));
  double waited_ns = 0;
  if (record.kind != LedgerKind::kCpu) {
    const Category category = category_of(record.kind);
    const WaitTruth wait = wait_truth(record, WaitDefinition::kExcludesRunQueue);
    const double hi_ns = std::min(static_cast<double>(wait.hi_ns), wall_ns - cpu_ns);
    const double lo_ns = record.detail >= 0 ? hi_ns : static_cast<double>(wait.lo_ns);
    waited_ns = std::clamp(reported[index_of(category)], std::min(lo_ns, hi_ns), hi_ns);
    parts[index_of(category)] = waited_ns;
  }
  parts[index_of(Category::kCpu)] += cpu_ns;
  parts[index_of(Category::kRunQueue)] += wall_ns - cpu_ns - waited_ns;
  return parts;
}

// When some span was open on a thread, by the ledger: in order of time, no overlap. A span that
// changed threads was open where its stretches were.
std::vector<std::pair<std::int64_t, std::int64_t>> open_times(const LedgerThread& thread) {
  std::vector<std::pair<std::int64_t, std::int64_t>> times;
  for (const LedgerRecord& record : thread.records) {
    const bool is_span = record.kind == LedgerKind::kSpan && !is_split_span(record);
    if (!is_span && record.kind != LedgerKind::kStretch) continue;
    // Those inside it ended before it did.
    while (!times.empty() && times.back().first >= record.t0_ns) times.pop_back();
    times.emplace_back(times.empty() ? record.t0_ns : std::max(record.t0_ns, times.back().second),
                       record.t1_ns);
  }
  return times;
}

std::int64_t invented_ns(const LedgerThread& thread, const std::vector<ReportedSegment>& segments) {
  const auto times = open_times(thread);
  std::int64_t sum_ns = 0;
  auto time = times.begin();
  for (const ReportedSegment& segment : segments) {
    if (segment.span_id == 0) continue;
    sum_ns += segment.end_ns - segment.begin_ns;
    while (time != times.end() && time->second <= segment.begin_ns) ++time;
    for (auto open = time; open != times.end() && open->first < segment.end_ns; ++open) {
      sum_ns -= std::max<std::int64_t>(
          0, std::min(open->second, segment.end_ns) - std::max(open->first, segment.begin_ns));
    }
  }
  return sum_ns;
}

// CPU segments that follow each other share the profiler's segments, since there is no edge
// between them; which of them was preempted only the ledger knows. They are booked as one.
class ConfusionBooker {
 public:
  explicit ConfusionBooker(ConfusionMatrix& confusion) : confusion_(confusion) {}

  void add(const LedgerRecord& record, const CategoryTimes& reported) {
    if (record.kind != LedgerKind::kCpu) flush();
    const CategoryTimes truth = true_parts(record, reported);
    for (std::size_t category = 0; category < truth.size(); ++category) {
      truth_[category] += truth[category];
      reported_[category] += reported[category];
    }
    if (record.kind != LedgerKind::kCpu) flush();
  }

  void flush() {
    book_confusion(truth_, reported_, confusion_);
    truth_ = {};
    reported_ = {};
  }

 private:
  ConfusionMatrix& confusion_;
  CategoryTimes truth_{}, reported_{};
};

}  // namespace

LinkTotals& LinkTotals::operator+=(const LinkTotals& more) {
  right_ns += more.right_ns;
  wrong_ns += more.wrong_ns;
  none_ns += more.none_ns;
  invented_ns += more.invented_ns;
  return *this;
}

Overlay& Overlay::operator+=(const Overlay& more) {
  links += more.links;
  for (std::size_t row = 0; row < confusion.size(); ++row) {
    for (std::size_t column = 0; column < confusion[row].size(); ++column) {
      confusion[row][column] += more.confusion[row][column];
    }
  }
  return *this;
}

void book_confusion(const CategoryTimes& truth, const CategoryTimes& reported,
                    ConfusionMatrix& confusion) {
  CategoryTimes missing{};  // truth that the report lacks
  CategoryTimes excess{};   // report without truth
  double all_missing_ns = 0;
  double all_excess_ns = 0;
  for (std::size_t category = 0; category < truth.size(); ++category) {
    const double agreed = std::clamp(reported[category], 0.0, truth[category]);
    confusion[category][category] += agreed;
    missing[category] = truth[category] - agreed;
    excess[category] = std::max(0.0, reported[category] - agreed);
    all_missing_ns += missing[category];
    all_excess_ns += excess[category];
  }
  if (all_missing_ns <= 0) return;
  const double misbooked_ns = std::min(all_missing_ns, all_excess_ns);
  for (std::size_t row = 0; row < missing.size(); ++row) {
    const double share = missing[row] / all_missing_ns;
    for (std::size_t column = 0; column < excess.size(); ++column) {
      if (all_excess_ns <= 0) break;
      confusion[row][column] += share * misbooked_ns * excess[column] / all_excess_ns;
    }
    confusion[row][kUnreported] += share * (all_missing_ns - misbooked_ns);
  }
}

Overlay overlay(const workloads::Ledger& ledger, const Profile& profile) {
  Overlay total;
  const std::vector<ReportedSegment> nothing;
  for (const LedgerThread& thread : ledger.threads) {
    const auto reported = profile.threads.find(thread.tid);
    const std::vector<ReportedSegment>& segments =
        reported == profile.threads.end() ? nothing : reported->second;
    const std::vector<std::uint64_t> owners = owners_of(thread);
    total.links.invented_ns += invented_ns(thread, segments);
    ConfusionBooker booker(total.confusion);
    for (std::size_t row = 0; row < thread.records.size(); ++row) {
      const LedgerRecord& record = thread.records[row];
      if (record.kind == LedgerKind::kSpan || record.kind == LedgerKind::kSetup ||
          record.kind == LedgerKind::kStretch) {
        continue;
      }
      const Slice slice = slice_of(segments, record, owners[row]);
      total.links += slice.links;
      booker.add(record, slice.reported);
    }
    booker.flush();
  }
  return total;
}

}  // namespace plumbline::harness
