#include "analysis/attribution/function_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "analysis/attribution/frame_paths.h"
#include "analysis/attribution/selected_time.h"

namespace plumbline::analysis {

using format::Category;

namespace {

// Spans as stretches of the forest's order.
ScopedTime scope_of(const SpanForest& forest, const SpanSelection& spans) {
  ScopedTime scope;
  scope.scope = Scope::kSpan;
  for (Index position = 0; position < forest.size(); ++position) {
    if (spans[forest.row_at(position)]) scope.ranges.push_back({position, position + 1});
  }
  return scope;
}

// Rows of the result, by name: whose code it is does not matter here.
class FunctionRows {
 public:
  explicit FunctionRows(FramePaths& paths) : paths_(paths) {}

  void add_key(Index key, std::int64_t ns, std::uint64_t samples) {
    on_stack_.clear();
    for (const Index frame : paths_.path(key)) {
      on_stack_.push_back(row_of(paths_.frames()[frame].function));
    }
    rows_[on_stack_.front()].self_ns += ns;
    rows_[on_stack_.front()].self_samples += samples;
    std::sort(on_stack_.begin(), on_stack_.end());
    on_stack_.erase(std::unique(on_stack_.begin(), on_stack_.end()), on_stack_.end());
    for (const std::size_t row : on_stack_) {
      rows_[row].total_ns += ns;
      rows_[row].total_samples += samples;
    }
  }

  // A row of its own, with no stack.
  void add_whole(const std::string& name, std::int64_t ns) {
    FunctionShare& row = rows_[row_of(name)];
    row.self_ns += ns;
    row.total_ns += ns;
  }

  std::vector<FunctionShare> sorted() {
    std::sort(rows_.begin(), rows_.end(), [](const FunctionShare& a, const FunctionShare& b) {
      return a.total_ns != b.total_ns ? a.total_ns > b.total_ns : a.function < b.function;
    });
    return std::move(rows_);
  }

 private:
  std::size_t row_of(const std::string& function) {
    const auto [entry, is_new] = row_by_name_.try_emplace(function, rows_.size());
    if (is_new) rows_.emplace_back().function = function;
    return entry->second;
  }

  FramePaths& paths_;
  std::vector<FunctionShare> rows_;
  std::unordered_map<std::string, std::size_t> row_by_name_;
  std::vector<std::size_t> on_stack_;  // kept for its memory
};

}  // namespace

SpanSelection spans_of_endpoint(const Recording& recording, Index endpoint_name) {
  SpanSelection spans(recording.spans.size(), false);
  for (Index span = 0; span < spans.size(); ++span) {
    spans[span] = recording.spans.endpoint[span] == endpoint_name;
  }
  return spans;
}

FunctionShares function_shares(const Recording& recording, const Partition& partition,
                               const SpanSelection& spans, Symbolizer& symbolizer) {
  const TimeIndex index(recording, partition);
  const SelectedTime time = selected_time(index, scope_of(index.forest(), spans));
  const CodeOwners owners(recording.modules, {});
  FramePaths paths(recording.stacks, symbolizer, owners, MergeBy::kFunction);
  FunctionRows rows(paths);
  for (const KeyTime& key : time.keys) {
    if (key.time.sampled_ns == 0 && key.time.samples == 0) continue;
    rows.add_key(key.key, key.time.sampled_ns, key.time.samples);
  }
  for (std::size_t category = 0; category < time.cpu_in_calls_ns.size(); ++category) {
    if (time.cpu_in_calls_ns[category] == 0) continue;
    rows.add_whole(fmt::format("[CPU inside {} calls]", format::kCategoryIds[category]),
                   time.cpu_in_calls_ns[category]);
  }
  const std::int64_t cpu_ns = time.on_threads.category[index_of(Category::kCpu)];
  return {cpu_ns, time.sampling.samples, rows.sorted()};
}

}  // namespace plumbline::analysis
