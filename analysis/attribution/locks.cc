#include "analysis/attribution/locks.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analysis/attribution/stackless.h"

namespace plumbline::analysis {

using format::Category;

namespace {

constexpr std::size_t kLockColumn = index_of(Category::kLock);

// Parties by what they were at.
class Parties {
 public:
  explicit Parties(const Recording& recording) : spans_(recording.spans) {}

  void add(bool known, Index thread, Index span, std::int64_t blocked_ns) {
    const Index endpoint = span == kNone ? kNone : spans_.endpoint[span];
    const Index name = span == kNone ? kNone : spans_.name[span];
    Entry& entry = entries_[{known, endpoint, name}];
    entry.party.known = known;
    entry.party.endpoint = endpoint;
    entry.party.span_name = name;
    ++entry.party.waits;
    entry.party.blocked_ns += blocked_ns;
    if (thread != kNone) entry.threads.insert(thread);
  }

  std::vector<LockParty> sorted() {
    std::vector<LockParty> parties;
    for (auto& [at, entry] : entries_) {
      entry.party.threads = entry.threads.size();
      parties.push_back(entry.party);
    }
    std::stable_sort(parties.begin(), parties.end(), [](const LockParty& a, const LockParty& b) {
      return a.blocked_ns > b.blocked_ns;
    });
    return parties;
  }

 private:
  struct Entry {
    LockParty party;
    std::set<Index> threads;
  };

  const SpanTable& spans_;
  std::map<std::tuple<bool, Index, Index>, Entry> entries_;
};

// All waits for one lock.
class LockBuilder {
 public:
  LockBuilder(const Recording& recording, const LockHolders& holders, const SpanForest& forest)
      : recording_(recording),
        holders_(holders),
        forest_(forest),
        waiting_(recording),
        holding_(recording) {}

  void add(Index wait, const TimeColumns& ns) {
    const WaitTable& waits = recording_.waits;
    row_.object = waits.object[wait];
    if (row_.waits++ == 0) row_.operation = waits.operation[wait];
    threads_.insert(waits.thread[wait]);
    row_.blocked_ns += ns[kLockColumn];
    TimeSum& at_stack = waited_[key_of(wait)];
    for (std::size_t column = 0; column < kTimeColumns; ++column) {
      row_.ns[column] += ns[column];
      at_stack.ns[column] += ns[column];
    }
    if (row_.longest_wait == kNone || length_ns(wait) > length_ns(row_.longest_wait)) {
      row_.longest_wait = wait;
    }
    waiting_.add(true, waits.thread[wait], waits.span[wait], ns[kLockColumn]);
    add_holder(wait, ns[kLockColumn]);
  }

  LockRow result() {
    row_.waiting_threads = threads_.size();
    row_.waiters = waiting_.sorted();
    row_.holders = holding_.sorted();
    for (const auto& [key, sum] : waited_) row_.waited.push_back({key, sum});
    row_.held = holders_.time_in(std::move(stretches_));
    return std::move(row_);
  }

 private:
  std::int64_t length_ns(Index wait) const {
    return recording_.waits.end[wait].wall_ns - recording_.waits.begin[wait].wall_ns;
  }

  Index key_of(Index wait) const {
    const StackKeys keys(recording_.stacks.size());
    const Index stack = recording_.waits.stack[wait];
    const std::vector<std::uint64_t>& first = recording_.stacks.first;
    const bool framed = stack != kNone && first[stack] != first[stack + 1];
    return framed ? keys.of_wait(stack) : keys.stackless(Stackless::kWaitNoStack, kLockColumn);
  }

  void add_holder(Index wait, std::int64_t blocked_ns) {
    const WaitTable& waits = recording_.waits;
    const Index thread = holders_.thread_of(wait);
    const std::uint64_t span_id = waits.owner_span_id[wait];
    const Index span = span_id == 0 ? kNone : forest_.find(span_id);
    holding_.add(waits.owner_tid[wait] != 0, thread, span, blocked_ns);
    if (thread == kNone) return;
    stretches_.push_back({thread, {waits.begin[wait].wall_ns, waits.end[wait].wall_ns}});
  }

  const Recording& recording_;
  const LockHolders& holders_;
  const SpanForest& forest_;
  LockRow row_;
  std::set<Index> threads_;
  Parties waiting_, holding_;
  std::map<Index, TimeSum> waited_;  // by key
  std::vector<HeldStretch> stretches_;
};

}  // namespace

LockTable locks_of(const Recording& recording, const Partition& partition,
                   const SpanForest& forest) {
  const LockHolders holders(recording, partition);
  std::map<std::uint64_t, LockBuilder> by_object;
  LockTable table;
  for (const Segment& segment : partition.segments) {
    table.lock_ns += segment.parts.category[kLockColumn];
    if (segment.wait == kNone) continue;
    if (recording.waits.category[segment.wait] != Category::kLock) continue;
    const std::uint64_t object = recording.waits.object[segment.wait];
    by_object.try_emplace(object, recording, holders, forest)
        .first->second.add(segment.wait, columns_of(segment.parts));
  }
  for (auto& [object, builder] : by_object) {
    table.rows.push_back(builder.result());
    table.blocked_ns += table.rows.back().blocked_ns;
  }
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const LockRow& a, const LockRow& b) { return a.blocked_ns > b.blocked_ns; });
  return table;
}

}  // namespace plumbline::analysis
