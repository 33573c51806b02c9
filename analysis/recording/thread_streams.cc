#include "analysis/recording/thread_streams.h"

#include <algorithm>

#include "analysis/recording/plausible.h"
#include "analysis/recording/record_bytes.h"

namespace plumbline::analysis {

namespace {

// Names that a later version appended read as what stands for "cannot tell".
format::Operation known(format::Operation operation) {
  const bool is_known = static_cast<std::size_t>(operation) < format::kOperationCount;
  return is_known ? operation : format::Operation::kUnknown;
}

format::DescriptorKind known(format::DescriptorKind kind) {
  const bool is_known = static_cast<std::size_t>(kind) < format::kDescriptorKindCount;
  return is_known ? kind : format::DescriptorKind::kUnknown;
}

format::StackEnd known(format::StackEnd end) {
  const bool is_known = static_cast<std::size_t>(end) < format::kStackEndCount;
  return is_known ? end : format::StackEnd::kNoRule;
}

// The addresses behind a Wait or a Sample.
template <class Record>
std::optional<Bytes> frames_behind(Bytes bytes, const Record& record) {
  if (record.frame_count > format::kMaxFrames) return std::nullopt;
  return tail(bytes, sizeof(Record), record.frame_count * sizeof(std::uint64_t));
}

// A thread's name as in /proc: up to the first zero byte.
template <std::size_t N>
std::string thread_name(const char (&name)[N]) {
  return {name, std::find(name, name + N, '\0')};
}

// A wait whose category could not be told is blocked time like any that no hook saw.
bool is_in_wait(const format::ThreadState& state) {
  return (state.header.flags & format::kThreadInWait) != 0 && is_wait_category(state.category);
}

bool is_interval(const format::Edge& begin, const format::Edge& end) {
  return is_edge(begin) && is_edge(end) && begin.wall_ns <= end.wall_ns;
}

}  // namespace

void ThreadStreams::begin_block(const format::BlockHeader& header) {
  thread_ = kNone;
  if (header.thread_index == 0) return;
  ThreadTable& threads = recording_.threads;
  const auto next_row = static_cast<Index>(threads.size());
  const auto [entry, is_new] = row_of_thread_index_.try_emplace(header.thread_index, next_row);
  thread_ = entry->second;
  if (!is_new) return;
  threads.thread_index.push_back(header.thread_index);
  threads.tid.push_back(header.tid);
  threads.name.emplace_back();
  threads.ended.push_back(false);
  threads.sampling.emplace_back();
  recording_.events.emplace_back();
  states_.emplace_back();
}

void ThreadStreams::add_event(const Event& event) {
  recording_.events[thread_].push_back(event);
  states_[thread_].alive.reset();
}

bool ThreadStreams::add_thread_start(Bytes bytes) {
  const auto record = decode<format::ThreadStart>(bytes);
  if (!in_thread() || !record || !is_edge(record->edge)) return false;
  recording_.threads.name[thread_] = thread_name(record->name);
  states_[thread_].sampled_cpu_ns = record->edge.cpu_ns - record->edge.stolen_ns;
  add_event({.kind = EventKind::kThreadStart, .edge = record->edge});
  return true;
}

bool ThreadStreams::add_thread_end(Bytes bytes) {
  const auto record = decode<format::ThreadEnd>(bytes);
  if (!in_thread() || !record || !is_edge(record->edge)) return false;
  recording_.threads.ended[thread_] = true;
  add_event({.kind = EventKind::kThreadEnd, .edge = record->edge});
  return true;
}

bool ThreadStreams::add_thread_name(Bytes bytes) {
  const auto record = decode<format::ThreadName>(bytes);
  if (!in_thread() || !record) return false;
  recording_.threads.name[thread_] = thread_name(record->name);
  return true;
}

bool ThreadStreams::add_thread_state(Bytes bytes) {
  const auto record = decode<format::ThreadState>(bytes);
  if (!in_thread() || !record || !is_edge(record->now)) return false;
  if (is_in_wait(*record) && !is_interval(record->wait_begin, record->now)) return false;
  states_[thread_].alive = record;
  return true;
}

bool ThreadStreams::add_scope(Bytes bytes) {
  const auto record = decode<format::ScopeChange>(bytes);
  if (!in_thread() || !record || !is_edge(record->edge)) return false;
  ++recording_.recorded.scopes;
  const Index span = spans_.row_of(record->span_id);
  add_event({.kind = EventKind::kScope, .span = span, .edge = record->edge});
  if (span != kNone && record->captured_ns > 0) add_hand_over(*record, span);
  return true;
}

void ThreadStreams::add_hand_over(const format::ScopeChange& change, Index span) {
  HandOverTable& hand_overs = recording_.hand_overs;
  hand_overs.thread.push_back(thread_);
  hand_overs.span.push_back(span);
  hand_overs.captured_ns.push_back(change.captured_ns);
  hand_overs.activated_ns.push_back(change.edge.wall_ns);
}

void ThreadStreams::add_wait_row(const format::Wait& wait, Index thread, Index stack,
                                 bool is_open) {
  WaitTable& waits = recording_.waits;
  waits.thread.push_back(thread);
  waits.span.push_back(spans_.row_of(wait.span_id));
  waits.stack.push_back(stack);
  waits.begin.push_back(wait.begin);
  waits.end.push_back(wait.end);
  waits.category.push_back(wait.category);
  waits.operation.push_back(known(wait.operation));
  waits.descriptor_kind.push_back(known(wait.descriptor_kind));
  waits.object.push_back(wait.object);
  waits.owner_tid.push_back(wait.owner_tid);
  waits.owner_span_id.push_back(wait.owner_span_id);
  waits.open.push_back(is_open);
}

bool ThreadStreams::add_wait(Bytes bytes) {
  const auto record = decode<format::Wait>(bytes);
  if (!in_thread() || !record || !is_interval(record->begin, record->end)) return false;
  const auto frames = frames_behind(bytes, *record);
  if (!frames || !is_wait_category(record->category)) return false;
  const auto row = static_cast<Index>(recording_.waits.size());
  ++recording_.recorded.waits;
  add_wait_row(*record, thread_, stacks_.intern(*frames, known(record->stack_end)), false);
  add_event({.kind = EventKind::kWait, .wait = row, .edge = record->end});
  return true;
}

bool ThreadStreams::add_call_sums(Bytes bytes) {
  const auto record = decode<format::CallSums>(bytes);
  if (!in_thread() || !record || !is_call_category(record->category)) return false;
  if (!is_duration(record->wall_ns) || !is_duration(record->cpu_ns)) return false;
  CallSumsTable& sums = recording_.call_sums;
  sums.thread.push_back(thread_);
  sums.span.push_back(spans_.row_of(record->span_id));
  sums.category.push_back(record->category);
  sums.operation.push_back(known(record->operation));
  sums.calls.push_back(record->calls);
  sums.wall_ns.push_back(record->wall_ns);
  sums.cpu_ns.push_back(record->cpu_ns);
  const std::vector<Event>& events = recording_.events[thread_];
  sums.near_ns.push_back(events.empty() ? 0 : events.back().edge.wall_ns);
  return true;
}

// A sample inside a hooked call stands for CPU that the hook books itself; it weighs nothing, and
// what ran before the call weighs on the next sample outside. Growth is over the highest value so
// far, so that the weights sum to the CPU that was sampled even if the clocks of a sample were
// read a moment apart.
std::int64_t ThreadStreams::weight_of(const format::Sample& sample) {
  std::optional<std::int64_t>& sampled = states_[thread_].sampled_cpu_ns;
  const std::int64_t outside_hooks = sample.cpu_ns - sample.hook_cpu_ns;
  const std::int64_t before = sampled.value_or(outside_hooks);
  sampled = std::max(before, outside_hooks);
  return *sampled - before;
}

void ThreadStreams::add_weight(const format::Sample& sample) {
  SampleTable& samples = recording_.samples;
  std::int64_t& periods_in_hook_ns = states_[thread_].periods_in_hook_ns;
  const bool in_hook = (sample.header.flags & format::kSampleInHook) != 0;
  samples.in_hook.push_back(in_hook);
  if (in_hook) {
    samples.weight_ns.push_back(0);
    samples.period_ns.push_back(sample.period_ns);
    periods_in_hook_ns += sample.period_ns;
  } else {
    samples.weight_ns.push_back(weight_of(sample));
    samples.period_ns.push_back(periods_in_hook_ns + sample.period_ns);
    periods_in_hook_ns = 0;
  }
}

bool ThreadStreams::add_sample(Bytes bytes) {
  const auto record = decode<format::Sample>(bytes);
  if (!in_thread() || !record || !is_clock(record->wall_ns) || !is_clock(record->cpu_ns) ||
      !is_clock(record->hook_cpu_ns) || !is_duration(record->period_ns)) {
    return false;
  }
  const auto frames = frames_behind(bytes, *record);
  if (!frames) return false;
  ++recording_.recorded.samples;
  SampleTable& samples = recording_.samples;
  samples.thread.push_back(thread_);
  samples.span.push_back(spans_.row_of(record->span_id));
  samples.stack.push_back(stacks_.intern(*frames, known(record->stack_end)));
  samples.wall_ns.push_back(record->wall_ns);
  samples.cpu_ns.push_back(record->cpu_ns);
  add_weight(*record);
  return true;
}

bool ThreadStreams::add_thread_sampling(Bytes bytes) {
  auto record = decode<format::ThreadSampling>(bytes);
  if (!in_thread() || !record || !is_duration(record->asked_ns)) return false;
  // Sums of a few of them must fit into 64 bits.
  constexpr std::uint64_t kMost = std::uint64_t{1} << 56;
  for (const std::uint64_t count :
       {record->signals, record->overruns, record->unseen, record->dropped}) {
    if (count > kMost) return false;
  }
  if (static_cast<std::size_t>(record->clock) >= format::kSampleClockCount) {
    record->clock = format::SampleClock::kNone;
  }
  recording_.threads.sampling[thread_] = *record;
  return true;
}

bool ThreadStreams::add_loss(Bytes bytes) {
  const auto record = decode<format::Loss>(bytes);
  if (!in_thread() || !record || !is_edge(record->edge)) return false;
  EventCounts& lost = recording_.lost;
  lost.scopes += record->scopes;
  lost.spans += record->spans;
  lost.waits += record->waits;
  lost.samples += record->samples;
  const std::uint64_t edges = std::uint64_t{record->scopes} + record->waits;
  constexpr std::uint64_t kMost = ~std::uint32_t{0};
  add_event({.kind = EventKind::kLoss,
             .span = spans_.row_of(record->span_id),
             .edge = record->edge,
             .lost_events = static_cast<std::uint32_t>(std::min(edges, kMost))});
  return true;
}

bool ThreadStreams::add_flush(Bytes bytes) {
  const auto record = decode<format::Flush>(bytes);
  if (!record || !is_clock(record->wall_ns)) return false;
  last_flush_ns_ = std::max(last_flush_ns_, record->wall_ns);
  return true;
}

Index ThreadStreams::open_wait(Index thread, const format::ThreadState& state) {
  format::Wait wait{};
  wait.begin = state.wait_begin;
  wait.end = state.now;
  wait.span_id = state.wait_span_id;
  wait.object = state.object;
  wait.owner_tid = state.owner_tid;
  wait.owner_span_id = state.owner_span_id;
  wait.category = state.category;
  wait.operation = state.operation;
  wait.descriptor_kind = state.descriptor_kind;
  const auto row = static_cast<Index>(recording_.waits.size());
  add_wait_row(wait, thread, kNone, true);
  return row;
}

void ThreadStreams::finish() {
  for (Index thread = 0; thread < states_.size(); ++thread) {
    std::optional<format::ThreadState>& alive = states_[thread].alive;
    if (!alive) continue;
    const bool waits = is_in_wait(*alive);
    if (waits) alive->now.wall_ns = std::max(alive->now.wall_ns, last_flush_ns_);
    recording_.events[thread].push_back({.kind = EventKind::kThreadState,
                                         .wait = waits ? open_wait(thread, *alive) : kNone,
                                         .edge = alive->now});
  }
}

}  // namespace plumbline::analysis
