#include "tests/harness/synthetic_run.h"

#include <fmt/format.h>

#include <random>
#include <string>

#include "harness/profilers/plumbline_profile.h"
#include "harness/truth/truth.h"
#include "workloads/spec.h"

namespace plumbline::harness::testing {
namespace {

using analysis::Index;
using analysis::TimeParts;
using format::Category;
using workloads::LedgerKind;
using workloads::LedgerRecord;

constexpr std::string_view kScenario = R"({
  "name": "synthetic", "workers": 1, "rounds": 40,
  "endpoints": [
    {"name": "GET /a", "steps": [
      {"category": "cpu", "duration_us": 3000, "function": "build_report"},
      {"category": "file", "duration_us": 6000, "operation": "pread", "bytes": 4096},
      {"span": "query", "steps": [
        {"category": "socket", "duration_us": 6000, "operation": "recv", "family": "unix"},
        {"category": "cpu", "duration_us": 2000, "function": "parse_rows"}]},
      {"category": "lock", "duration_us": 5000, "primitive": "mutex"},
      {"category": "sync", "duration_us": 5000, "primitive": "sleep"}]},
    {"name": "GET /b", "steps": [
      {"category": "cpu", "duration_us": 4000, "function": "match_prices"},
      {"category": "lock", "duration_us": 8000, "primitive": "mutex"}]}]})";

constexpr std::int32_t kTid = 4711;
constexpr std::int64_t kThinkNs = 500'000;
constexpr std::int64_t kBetweenNs = 400;  // CPU at each edge, the workload's bookkeeping
constexpr std::int64_t kCpuInWaitNs = 12'000;
constexpr std::int64_t kQueueInWaitNs = 3'000;  // part of the wake-up

std::size_t index_of(Category category) { return static_cast<std::size_t>(category); }

class Simulation {
 public:
  Simulation(std::uint64_t seed, const Disturbance& disturbance)
      : random_(seed), disturbance_(disturbance) {
    run_.ledger.spec_json = kScenario;
    run_.ledger.seed = seed;
    if (disturbance.no_file) run_.ledger.skipped.push_back("file: no /dev/fuse here");
    run_.recording.names = {"", "<unknown>", "<unfinished>"};
    run_.recording.threads.tid = {kTid};
    run_.recording.settings["cpu_clock"] = "synthetic";
  }

  SyntheticRun run() {
    const workloads::Spec spec = workloads::parse_spec(kScenario, "synthetic");
    thread_.tid = kTid;
    thread_.begin_ns = wall_ns_;
    for (std::int64_t round = 0; round < spec.rounds; ++round) {
      for (std::size_t i = 0; i < spec.endpoints.size(); ++i) {
        endpoint_ = static_cast<std::uint16_t>(i);
        think();
        span(spec.endpoints[i].name, spec.endpoints[i].steps, 0, analysis::kNone);
        ++request_;
      }
    }
    thread_.end_ns = wall_ns_;
    thread_.cpu_ns = cpu_ns_;
    thread_.run_delay_ns = queue_ns_;
    run_.ledger.threads.push_back(thread_);
    sum_again(run_);
    return std::move(run_);
  }

 private:
  LedgerRecord open(LedgerKind kind, std::uint8_t step) const {
    return {request_, endpoint_, step, kind, 0, wall_ns_, 0, cpu_ns_, 0, 0, -1};
  }

  void close(LedgerRecord record) {
    record.t1_ns = wall_ns_;
    record.c1_ns = cpu_ns_;
    thread_.records.push_back(record);
  }

  // Lets time pass, and books it as a perfect profiler would.
  void pass(Index owner, std::int64_t cpu_ns, std::int64_t queue_ns = 0, std::int64_t waited_ns = 0,
            Category category = Category::kOther, std::int64_t lost_ns = 0) {
    analysis::Segment segment;
    segment.thread = 0;
    segment.span = owner;
    segment.begin_ns = wall_ns_;
    segment.parts.category[index_of(Category::kCpu)] = cpu_ns;
    segment.parts.category[index_of(Category::kRunQueue)] = queue_ns;
    segment.parts.category[index_of(category)] += waited_ns;
    segment.parts.residual_ns = lost_ns;
    wall_ns_ += cpu_ns + queue_ns + waited_ns + lost_ns;
    segment.end_ns = wall_ns_;
    cpu_ns_ += cpu_ns;
    queue_ns_ += queue_ns;
    run_.partition.segments.push_back(segment);
  }

  void think() {
    LedgerRecord record = open(LedgerKind::kSetup, 0);
    record.intended_ns = kThinkNs;
    pass(analysis::kNone, kCpuInWaitNs, 0, kThinkNs, Category::kSync);
    close(record);
  }

  Index new_span(const std::string& name, Index root) {
    analysis::SpanTable& spans = run_.recording.spans;
    const Index row = static_cast<Index>(spans.size());
    spans.span_id.push_back(1000 + row);
    spans.trace_id_high.push_back(0);
    spans.trace_id_low.push_back(1000 + (root == analysis::kNone ? row : root));
    spans.parent_span_id.push_back(root == analysis::kNone ? 0 : spans.span_id[root]);
    spans.root_span_id.push_back(spans.span_id[root == analysis::kNone ? row : root]);
    spans.start_ns.push_back(wall_ns_);
    spans.end_ns.push_back(-1);
    spans.root.push_back(root == analysis::kNone ? row : root);
    spans.name.push_back(name_row(name));
    spans.endpoint.push_back(root == analysis::kNone ? spans.name.back() : spans.endpoint[root]);
    return row;
  }

  Index name_row(const std::string& name) {
    std::vector<std::string>& names = run_.recording.names;
    for (Index row = 0; row < names.size(); ++row) {
      if (names[row] == name) return row;
    }
    names.push_back(name);
    return static_cast<Index>(names.size() - 1);
  }

  void span(const std::string& name, const std::vector<workloads::Step>& steps, std::uint8_t number,
            Index root) {
    LedgerRecord record = open(LedgerKind::kSpan, number);
    const std::int64_t queue_before_ns = queue_ns_;
    const Index row = new_span(name, root);
    for (const workloads::Step& step : steps) {
      pass(row, kBetweenNs);
      if (step.span.empty()) {
        segment(step, row);
      } else {
        span(step.span, step.steps, step.number, root == analysis::kNone ? row : root);
      }
    }
    pass(row, kBetweenNs);
    run_.recording.spans.end_ns[row] = wall_ns_;
    record.detail = queue_ns_ - queue_before_ns;
    close(record);
    thread_.span_ids.push_back(
        {1000 + row, static_cast<std::uint32_t>(thread_.records.size() - 1), 0});
  }

  void segment(const workloads::Step& step, Index owner) {
    const LedgerKind kind = step.segment.kind;
    if (kind == LedgerKind::kFile && disturbance_.no_file) return;
    LedgerRecord record = open(kind, step.number);
    std::uniform_int_distribution<std::int64_t> jitter(80, 120);
    const std::int64_t amount_ns = step.segment.duration_ns / 100 * jitter(random_);
    record.intended_ns = amount_ns;
    if (kind == LedgerKind::kCpu) {
      record.detail = 1;
      pass(owner, amount_ns, disturbance_.queue_ns_per_segment, 0, Category::kOther,
           disturbance_.stall_ns);
      disturbance_.stall_ns = 0;
    } else {
      const std::int64_t held_ns = amount_ns + disturbance_.late_ns + disturbance_.late_once_ns;
      disturbance_.late_once_ns = 0;
      record.release_ns = wall_ns_ + held_ns;
      record.detail = disturbance_.brief_ledger ? -1 : kQueueInWaitNs;
      pass(owner, kCpuInWaitNs, kQueueInWaitNs,
           held_ns + disturbance_.wake_up_ns + disturbance_.stall_in_wait_ns - kCpuInWaitNs -
               kQueueInWaitNs,
           category_of(kind));
      disturbance_.stall_in_wait_ns = 0;
    }
    close(record);
  }

  std::mt19937_64 random_;
  Disturbance disturbance_;
  SyntheticRun run_;
  workloads::LedgerThread thread_;
  std::int64_t wall_ns_ = 1'000'000'000, cpu_ns_ = 0, queue_ns_ = 0;
  std::uint32_t request_ = 0;
  std::uint16_t endpoint_ = 0;
};

bool is_injected_wait(const analysis::Segment& segment) {
  for (const Category category :
       {Category::kLock, Category::kSync, Category::kFile, Category::kSocket}) {
    if (segment.parts.category[index_of(category)] > 0) return segment.span != analysis::kNone;
  }
  return false;
}

}  // namespace

SyntheticRun synthetic_run(std::uint64_t seed, const Disturbance& disturbance) {
  return Simulation(seed, disturbance).run();
}

void sum_again(SyntheticRun& run) {
  analysis::Partition& partition = run.partition;
  partition.span_self.assign(run.recording.spans.size(), {});
  partition.no_span = {};
  partition.conservation = {};
  for (const analysis::Segment& segment : partition.segments) {
    (segment.span == analysis::kNone ? partition.no_span : partition.span_self[segment.span]) +=
        segment.parts;
    analysis::Conservation& conservation = partition.conservation;
    conservation.thread_life_ns += segment.end_ns - segment.begin_ns;
    conservation.residual_ns += segment.parts.residual_ns;
    conservation.residual_abs_ns += std::abs(segment.parts.residual_ns);
    conservation.waits += is_injected_wait(segment) ? 1 : 0;
  }
}

void double_ledger(workloads::Ledger& ledger) {
  for (workloads::LedgerThread& thread : ledger.threads) {
    const std::size_t records = thread.records.size();
    const std::size_t spans = thread.span_ids.size();
    for (std::size_t i = 0; i < records; ++i) thread.records.push_back(thread.records[i]);
    for (std::size_t i = 0; i < spans; ++i) {
      workloads::LedgerSpanId id = thread.span_ids[i];
      id.record += static_cast<std::uint32_t>(records);
      thread.span_ids.push_back(id);
    }
  }
}

ScoredRun scored(const SyntheticRun& run, std::int64_t repeat) {
  RunRow row;
  row.id = fmt::format("synthetic/plumbline/{}", repeat);
  row.scenario = "synthetic";
  row.profiler = "plumbline";
  row.repeat = repeat;
  row.seed = run.ledger.seed;
  return score_run(row, run.ledger, plumbline_profile(run.recording, run.partition), 0);
}

}  // namespace plumbline::harness::testing
