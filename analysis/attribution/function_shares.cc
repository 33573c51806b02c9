#include "analysis/attribution/function_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <unordered_map>

#include "analysis/attribution/apportion.h"
#include "analysis/attribution/endpoints.h"
#include "analysis/attribution/missed_samples.h"
#include "analysis/attribution/sample_weight.h"

namespace plumbline::analysis {

using format::Category;

namespace {

constexpr std::string_view kUnsampled = "[kernel or unsampled]";

std::int64_t exact_cpu_ns(const Partition& partition, const SpanSelection& spans) {
  std::int64_t cpu_ns = 0;
  for (Index span = 0; span < spans.size(); ++span) {
    if (spans[span]) cpu_ns += partition.span_self[span].category[index_of(Category::kCpu)];
  }
  return std::max<std::int64_t>(0, cpu_ns);
}

// CPU inside hooked calls, by the calls' category; at most `cpu_ns` in all. A single call's figure
// may be below zero, when stolen time was noticed only in it.
std::vector<std::int64_t> cpu_in_calls(const Recording& recording, const Partition& partition,
                                       const SpanSelection& spans, std::int64_t cpu_ns) {
  std::vector<std::int64_t> inside_ns(format::kCategoryCount, 0);
  for (const Segment& segment : partition.segments) {
    if (segment.wait == kNone || segment.span == kNone || !spans[segment.span]) continue;
    inside_ns[index_of(recording.waits.category[segment.wait])] +=
        segment.parts.category[index_of(Category::kCpu)];
  }
  const CallSumsTable& sums = recording.call_sums;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums.span[i] == kNone || !spans[sums.span[i]]) continue;
    inside_ns[index_of(sums.category[i])] += sums.cpu_ns[i];
  }
  for (std::int64_t& ns : inside_ns) ns = std::max<std::int64_t>(0, ns);
  const std::int64_t sum_ns = std::accumulate(inside_ns.begin(), inside_ns.end(), std::int64_t{0});
  return sum_ns > cpu_ns ? apportion(inside_ns, cpu_ns) : inside_ns;
}

// What the samples of the selection say, by stack row; one more at the end for what they missed.
struct SampledStacks {
  std::vector<std::int64_t> weight_ns;
  std::vector<std::uint64_t> samples;
  std::uint64_t total_samples = 0;
};

SampledStacks sampled_stacks(const Recording& recording, const Partition& partition,
                             const SpanSelection& spans) {
  const SampleTable& table = recording.samples;
  const std::size_t unsampled = recording.stacks.size();
  SampledStacks stacks{std::vector<std::int64_t>(unsampled + 1, 0),
                       std::vector<std::uint64_t>(unsampled + 1, 0)};
  const SampleWeights weights(recording);
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Index span = table.span[i];
    if (span == kNone || !spans[span] || table.in_hook[i]) continue;
    stacks.weight_ns[table.stack[i]] += weights(i);
    ++stacks.samples[table.stack[i]];
    ++stacks.total_samples;
  }
  const std::vector<std::int64_t> missed_ns = missed_cpu_by_span(recording, partition);
  for (Index span = 0; span < spans.size(); ++span) {
    if (spans[span]) stacks.weight_ns[unsampled] += missed_ns[span];
  }
  const bool nothing_sampled = std::all_of(stacks.weight_ns.begin(), stacks.weight_ns.end(),
                                           [](std::int64_t ns) { return ns == 0; });
  if (nothing_sampled) stacks.weight_ns[unsampled] = 1;  // all of the CPU goes there
  return stacks;
}

// Rows of the result, by function.
class FunctionRows {
 public:
  FunctionRows(const StackTable& stacks, Symbolizer& symbolizer)
      : stacks_(stacks), symbolizer_(symbolizer) {}

  void add_stack(Index stack, std::int64_t ns, std::uint64_t samples) {
    const std::span<const std::uint64_t> frames(&stacks_.frames[stacks_.first[stack]],
                                                stacks_.first[stack + 1] - stacks_.first[stack]);
    if (frames.empty()) return add_whole(kUnsampled, ns, samples);
    on_stack_.clear();
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto& locations =
          i == 0 ? symbolizer_.at(frames[i]) : symbolizer_.at_call_before(frames[i]);
      for (const CodeLocation& location : locations) on_stack_.push_back(row_of(location.function));
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
  void add_whole(std::string_view name, std::int64_t ns, std::uint64_t samples) {
    FunctionShare& row = rows_[row_of(std::string(name))];
    row.self_ns += ns;
    row.total_ns += ns;
    row.self_samples += samples;
    row.total_samples += samples;
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

  const StackTable& stacks_;
  Symbolizer& symbolizer_;
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
  const std::int64_t cpu_ns = exact_cpu_ns(partition, spans);
  const std::vector<std::int64_t> inside_ns = cpu_in_calls(recording, partition, spans, cpu_ns);
  const std::int64_t outside_ns =
      cpu_ns - std::accumulate(inside_ns.begin(), inside_ns.end(), std::int64_t{0});
  const SampledStacks stacks = sampled_stacks(recording, partition, spans);
  const std::vector<std::int64_t> scaled_ns = apportion(stacks.weight_ns, outside_ns);

  FunctionRows rows(recording.stacks, symbolizer);
  const auto unsampled = static_cast<Index>(recording.stacks.size());
  for (Index stack = 0; stack < unsampled; ++stack) {
    if (stacks.samples[stack] == 0) continue;
    rows.add_stack(stack, scaled_ns[stack], stacks.samples[stack]);
  }
  if (scaled_ns[unsampled] != 0) rows.add_whole(kUnsampled, scaled_ns[unsampled], 0);
  for (std::size_t category = 0; category < inside_ns.size(); ++category) {
    if (inside_ns[category] == 0) continue;
    rows.add_whole(fmt::format("[CPU inside {} calls]", format::kCategoryIds[category]),
                   inside_ns[category], 0);
  }
  return {cpu_ns, stacks.total_samples, rows.sorted()};
}

}  // namespace plumbline::analysis
