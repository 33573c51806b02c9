// A signal of the program at each instruction of an edge, whose handler makes edges of its own.
//
// Fault: a handler that enters a span or a hooked call in the middle of an edge tears the clock's
// pair (cpu, tick), the ring's record, the thread's active span or its ids; totals are then wrong.
// Seen in: this profiler. Handlers drew the span ids of the code that they interrupted, their
// records were dropped when they interrupted one, and their waits were lost when they interrupted
// a look at the clocks.
// Pass: at every instruction of every function that the edge goes through, with the switch flag
// armed and cleared, and by the thread clock: 0 wrong totals, nothing lost. A try is wrong when a
// total lies outside of what the kernel's clocks say just inside and just outside of it; an
// instruction is, when all of its four tries are. n: about 7,000 instructions. False alarm: 45 of
// 27,900 tries were wrong on a busy virtual machine (the hypervisor takes time away that ticks
// contain); with 2 in 1,000 it is 7,000 * 0.002^4 < 1e-6.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <unordered_map>

#include "analysis/attribution/partition.h"
#include "tests/profiler/blocking_calls.h"
#include "tests/profiler/planted_signals.h"
#include "tests/profiler/recorded_session.h"
#include "tests/profiler/timed_stretches.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::Partition;
using analysis::Recording;
using test::Instruction;

constexpr int kTries = 4;
constexpr std::int64_t kHandlerBurnsNs = 3'000;

// What one attempt saw of itself.
struct Attempt {
  std::size_t instruction;
  std::uint64_t outer_span, handler_span;
  Clocks before_outer, inside_outer, end_inside_outer, behind_outer;
  Clocks before_handler, inside_handler, end_inside_handler, behind_handler;
};
Attempt attempt;
const Ends* pipe_ends = nullptr;

void transfer_one() {
  char byte = 'x';
  ASSERT_EQ(write(pipe_ends->writing(), &byte, 1), 1);
  ASSERT_EQ(read(pipe_ends->reading(), &byte, 1), 1);
}

// The program's handler: a span, a wait, calls that do not block, and CPU.
void make_edges() {
  attempt.before_handler = Clocks::now();
  {
    auto span = GetTracer("test")->StartActiveSpan("handler");
    attempt.inside_handler = Clocks::now();
    attempt.handler_span = span.GetContext().span_id;
    burn_cpu(kHandlerBurnsNs);
    usleep(1);
    char byte = 'x';
    if (write(pipe_ends->writing(), &byte, 1) == 1) (void)!read(pipe_ends->reading(), &byte, 1);
    attempt.end_inside_handler = Clocks::now();
  }
  attempt.behind_handler = Clocks::now();
}

void span_edge() { auto span = GetTracer("test")->StartActiveSpan("edge"); }
void scope_edge() {
  auto span = GetTracer("test")->StartSpan("edge");
  auto scope = Tracer::WithActiveSpan(span);
}
void sleep_edge() { usleep(1); }
void pipe_edge() { transfer_one(); }

struct EdgeCase {
  const char* name;
  void (*edge)();
  bool armed;    // an edge before it arms the flag; else a signal clears it
  bool is_wait;  // what a handler waits inside is a part of this wait
  const char* options;
};

void prepare(const EdgeCase& edge) {
  if (edge.armed) {
    auto span = GetTracer("test")->StartActiveSpan("before");
  } else {
    raise(SIGUSR2);
  }
}

Attempt attempt_at(test::PlantedSignals& signals, const Instruction& instruction,
                   const EdgeCase& edge, bool& came) {
  attempt = {};
  attempt.before_outer = Clocks::now();
  {
    auto outer = GetTracer("test")->StartActiveSpan("outer");
    attempt.inside_outer = Clocks::now();
    attempt.outer_span = outer.GetContext().span_id;
    came = signals.run(
        instruction,
        [&] {
          prepare(edge);
          edge.edge();
        },
        make_edges);
    EXPECT_EQ(CaptureContext().span_id, attempt.outer_span);
    attempt.end_inside_outer = Clocks::now();
  }
  attempt.behind_outer = Clocks::now();
  return attempt;
}

class SignalInEdge : public testing::TestWithParam<EdgeCase> {};

struct Total {
  std::int64_t wall_ns = 0, cpu_ns = 0;
};

// Of a span and the spans below it.
class Totals {
 public:
  Totals(const Recording& recording, const Partition& partition) : partition_(partition) {
    for (Index row = 0; row < recording.spans.size(); ++row) {
      row_of_[recording.spans.span_id[row]] = row;
    }
    children_.resize(recording.spans.size());
    for (Index row = 0; row < recording.spans.size(); ++row) {
      const auto parent = row_of_.find(recording.spans.parent_span_id[row]);
      if (parent != row_of_.end()) children_[parent->second].push_back(row);
    }
  }
  Index row_of(std::uint64_t span) const {
    const auto found = row_of_.find(span);
    return found == row_of_.end() ? kNone : found->second;
  }
  Total of(Index row) const {
    const analysis::TimeParts& self = partition_.span_self[row];
    Total total{self.wall_ns(), self.category[analysis::index_of(format::Category::kCpu)]};
    for (const Index child : children_[row]) {
      const Total below = of(child);
      total.wall_ns += below.wall_ns;
      total.cpu_ns += below.cpu_ns;
    }
    return total;
  }

 private:
  const Partition& partition_;
  std::unordered_map<std::uint64_t, Index> row_of_;
  std::vector<std::vector<Index>> children_;
};

// Empty when `total` lies between what the clocks inside and outside say.
std::string wrong(const char* what, const Total& total, const Clocks& outer_begin,
                  const Clocks& inner_begin, const Clocks& inner_end, const Clocks& outer_end) {
  constexpr std::int64_t kSlackNs = 2'000;  // between taking a clock's value and returning it
  std::string problem;
  const auto check = [&](const char* clock, std::int64_t ns, std::int64_t least,
                         std::int64_t most) {
    if (ns >= least - kSlackNs && ns <= most + kSlackNs) return;
    problem += std::string(what) + " " + clock + " " + std::to_string(ns) + " of " +
               std::to_string(least) + " to " + std::to_string(most) + "; ";
  };
  check("cpu", total.cpu_ns, inner_end.cpu_ns - inner_begin.cpu_ns,
        outer_end.cpu_ns - outer_begin.cpu_ns);
  check("wall", total.wall_ns, inner_end.wall_ns - inner_begin.wall_ns,
        outer_end.wall_ns - outer_begin.wall_ns);
  return problem;
}

std::string wrong(const Attempt& seen, const Totals& totals, const Recording& recording,
                  const Partition& partition, bool waits_are_its_own) {
  const Index outer = totals.row_of(seen.outer_span), handler = totals.row_of(seen.handler_span);
  if (outer == kNone) return "outer span lost";
  if (handler == kNone) return "handler's span lost";
  std::string problem = wrong("outer", totals.of(outer), seen.before_outer, seen.inside_outer,
                              seen.end_inside_outer, seen.behind_outer);
  problem += wrong("handler", totals.of(handler), seen.before_handler, seen.inside_handler,
                   seen.end_inside_handler, seen.behind_handler);
  const auto& slept = partition.span_self[handler];
  if (waits_are_its_own && slept.category[analysis::index_of(format::Category::kSync)] == 0) {
    problem += "handler's wait; ";
  }
  const Index parent = totals.row_of(recording.spans.parent_span_id[handler]);
  const bool below_outer =
      parent == outer ||
      (parent != kNone && recording.spans.parent_span_id[parent] == seen.outer_span);
  if (!below_outer) problem += "handler's parent; ";
  return problem;
}

// All tries at each instruction of the functions that the edge enters.
void attempt_all(const EdgeCase& edge, const test::Listing& listing,
                 std::vector<Attempt>& attempts) {
  usleep(300'000);  // the self-test of the switch flag
  test::PlantedSignals signals(listing);
  const auto entered = signals.functions_entered([&] {
    prepare(edge);
    edge.edge();
  });
  // Round by round: what disturbs the machine for a moment spoils one try of many instructions.
  for (int round = 0; round < kTries; ++round) {
    for (std::size_t i = 0; i < listing.instructions.size(); ++i) {
      if (!entered[listing.instructions[i].function]) continue;
      bool came = false;
      Attempt seen = attempt_at(signals, listing.instructions[i], edge, came);
      if (!came) continue;
      seen.instruction = i;
      attempts.push_back(seen);
    }
  }
}

// Time that the host of a virtual machine took from all CPUs since boot, in whole ticks.
std::int64_t host_took_ns() {
  std::ifstream stat("/proc/stat");
  std::string cpu;
  std::int64_t ticks[8] = {};  // user nice system idle iowait irq softirq steal
  stat >> cpu;
  for (std::int64_t& value : ticks) stat >> value;
  return stat ? ticks[7] * (1'000'000'000 / sysconf(_SC_CLK_TCK)) : 0;
}

// What the host took is no one's: by the thread clock it is residual (13.7 ms once, while the host
// took 5 %).
void expect_nothing_lost(const Recording& recording, const analysis::Conservation& laws,
                         std::int64_t host_took_ns) {
  EXPECT_EQ(laws.tiling_error_ns, 0);
  EXPECT_LE(laws.residual_abs_ns,
            host_took_ns + std::max<std::int64_t>(laws.thread_life_ns / 1000,
                                                  2'000 * std::int64_t(laws.waits)));
  EXPECT_EQ(recording.report.repeated_span_starts, 0U) << "two spans with one id";
  for (const auto& [counter, count] : recording.counters) {
    if (counter.find("dropped") == counter.npos) continue;
    EXPECT_EQ(count, 0) << counter;
  }
  EXPECT_EQ(std::int64_t(recording.recorded.scopes), recording.counters.at("scopes.recorded"));
  EXPECT_EQ(std::int64_t(recording.recorded.spans), recording.counters.at("spans.recorded"));
  EXPECT_EQ(std::int64_t(recording.recorded.waits), recording.counters.at("waits.recorded"));
}

TEST_P(SignalInEdge, LeavesEveryTotalRight) {
  const EdgeCase& edge = GetParam();
  const Ends ends(make_pipe);
  pipe_ends = &ends;
  signal(SIGUSR2, [](int) {});
  const test::Listing listing =
      test::list_instructions(reinterpret_cast<const void*>(internal::Api()));
  std::vector<Attempt> attempts;
  const std::int64_t taken_before_ns = host_took_ns();
  const Recording recording =
      record(std::string("clock=none,flush_ms=10000,ring_kib=65536,") + edge.options,
             [&] { attempt_all(edge, listing, attempts); });
  const std::int64_t taken_ns = host_took_ns() - taken_before_ns;
  const Partition partition = analysis::partition_time(recording);
  const Totals totals(recording, partition);
  std::map<std::size_t, std::vector<std::string>> problems;  // by instruction
  std::size_t wrong_tries = 0;
  for (const Attempt& seen : attempts) {
    const std::string problem = wrong(seen, totals, recording, partition, !edge.is_wait);
    if (problem.empty()) continue;
    ++wrong_tries;
    problems[seen.instruction].push_back(problem);
  }
  for (const auto& [instruction, seen] : problems) {
    if (seen.size() < kTries) continue;
    const Instruction& at = listing.instructions[instruction];
    ADD_FAILURE() << listing.functions[at.function] << " at " << std::hex << at.address << ": "
                  << seen.back();
  }
  std::printf("%zu instructions, %zu of %zu tries wrong\n", attempts.size() / kTries, wrong_tries,
              attempts.size());
  EXPECT_GT(attempts.size(), 1'000U);
  expect_nothing_lost(recording, partition.conservation, taken_ns);
}

INSTANTIATE_TEST_SUITE_P(Of, SignalInEdge,
                         testing::Values(EdgeCase{"SpanArmed", span_edge, true, false, ""},
                                         EdgeCase{"SpanCleared", span_edge, false, false, ""},
                                         EdgeCase{"SpanByThreadClock", span_edge, true, false,
                                                  "cpu_clock=thread"},
                                         EdgeCase{"ScopeArmed", scope_edge, true, false, ""},
                                         EdgeCase{"SleepArmed", sleep_edge, true, true, ""},
                                         EdgeCase{"SleepCleared", sleep_edge, false, true, ""},
                                         EdgeCase{"PipeArmed", pipe_edge, true, true, ""}),
                         [](const auto& edge) { return edge.param.name; });

}  // namespace
}  // namespace plumbline
