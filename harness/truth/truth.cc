// CPU and run queue are taken from the root spans, so that they cover what lies between the
// segments too; waits from the segments, those of `other` too.
#include "harness/truth/truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "analysis/io/error.h"
#include "harness/truth/ledger_tiling.h"

namespace plumbline::harness {
namespace {

using format::Category;
using workloads::LedgerKind;
using workloads::LedgerRecord;

using Skipped = std::map<Category, std::string>;

// Of `other`, only page faults on files need anything that may be missing.
bool can_run(const workloads::Segment& segment, const Skipped& skipped) {
  const Category category = category_of(segment.kind);
  const bool needs_partner =
      category != Category::kOther || segment.operation == workloads::FileOperation::kMmapFault;
  return !needs_partner || skipped.count(category) == 0;
}

void note_injected(const std::vector<workloads::Step>& steps, const Skipped& skipped,
                   EndpointTruth& truth) {
  const auto note = [&](Category category, bool could_run) {
    truth.of(category).injected = true;
    truth.of(category).could_run |= could_run;
  };
  for (const workloads::Step& step : steps) {
    if (step.span.empty()) {
      note(category_of(step.segment.kind), can_run(step.segment, skipped));
      if (step.segment.hold_ns > 0) note(Category::kSync, true);
    } else {
      note_injected(step.steps, skipped, truth);
      if (step.hand_over == workloads::HandOver::kParentWaits) note(Category::kSync, true);
    }
  }
}

// A span, or one thread's stretch of it.
void add_span(const LedgerRecord& record, EndpointTruth& truth) {
  truth.edges += 2;
  if (record.kind == LedgerKind::kSpan && record.step == 0) {
    ++truth.requests;
    truth.wall_ns += record.t1_ns - record.t0_ns;
  }
  if (!is_activation(record)) return;
  truth.placed_ns += record.t1_ns - record.t0_ns;
  CategoryTruth& cpu = truth.of(Category::kCpu);
  cpu.lo_ns += record.c1_ns - record.c0_ns;
  cpu.hi_ns = cpu.lo_ns;
  CategoryTruth& run_queue = truth.of(Category::kRunQueue);
  run_queue.lo_ns += record.detail;
  run_queue.hi_ns = run_queue.lo_ns;
}

// A sleep's partner is the kernel's timer, which logs nothing; its interrupt came 80 to 130 us late
// on the development machine, 1 % of a sleep of 12 ms. But where the ledger knows how long the
// thread queued, it knows when the timer released it: that long, and the way from the interrupt to
// the queue (5-11 us), before the end.
WaitTruth sleep_truth(const LedgerRecord& record, WaitDefinition definition) {
  constexpr std::int64_t kInterruptToQueueNs = 11'000;
  WaitTruth truth = wait_truth(record, definition);
  if (definition == WaitDefinition::kExcludesRunQueue && record.detail >= 0) {
    truth.lo_ns = std::max(truth.lo_ns, truth.hi_ns - kInterruptToQueueNs);
  }
  return truth;
}

// The parent's wait for a handed span is a record of the span's step.
bool is_hand_over(const LedgerRecord& record, const workloads::Step& step) {
  return record.kind == LedgerKind::kSync && step.hand_over == workloads::HandOver::kParentWaits;
}

// A contended lock's holder sleeps with it: that is a record of the same step.
bool is_hold(const LedgerRecord& record, const workloads::Step& step) {
  return record.kind == LedgerKind::kSync && step.segment.hold_ns > 0;
}

void add_segment(const LedgerRecord& record, const workloads::Step& step, WaitDefinition definition,
                 EndpointTruth& truth) {
  truth.edges += 2;
  if (record.kind == LedgerKind::kCpu) {
    truth.function_cpu_ns[std::string(step.segment.function->name)] += record.c1_ns - record.c0_ns;
    return;
  }
  const bool is_sleep = step.segment.primitive == workloads::Primitive::kSleep ||
                        step.segment.primitive == workloads::Primitive::kInlineSleep ||
                        is_hold(record, step);
  const WaitTruth wait =
      is_sleep ? sleep_truth(record, definition) : wait_truth(record, definition);
  CategoryTruth& category = truth.of(category_of(record.kind));
  category.lo_ns += wait.lo_ns;
  category.hi_ns += wait.hi_ns;
  const bool blocked = record.release_ns > record.t0_ns;
  category.blocked_waits += blocked ? 1 : 0;
  if (!blocked) category.unblocked_hi_ns += wait.hi_ns;
  category.run_queue_known = category.run_queue_known && record.detail >= 0;
}

// A thread that was preempted on its way to sleep was held by its partner, but not blocked. Where
// the ledger does not say how long each wait queued, all of the endpoint's queueing may have been
// that: a fifth of the lock waits on two cores at load 4.
void allow_for_unknown_run_queue(EndpointTruth& truth) {
  for (const Category category : kWaitCategories) {
    CategoryTruth& waits = truth.of(category);
    if (waits.run_queue_known) continue;
    waits.lo_ns = std::max<std::int64_t>(0, waits.lo_ns - truth.of(Category::kRunQueue).lo_ns);
  }
}

// Each lock, socket or file wait gives up the CPU once at least. Switches forced on the thread
// are not in the ledger, so the allowance for them errs on the strict side.
void count_switches(EndpointTruth& truth) {
  truth.of(Category::kRunQueue).blocked_waits = truth.blocked_waits();
}

const workloads::Step& step_of(const LedgerRecord& record,
                               const std::vector<const workloads::Step*>& steps) {
  const workloads::Step* step = record.step < steps.size() ? steps[record.step] : nullptr;
  const bool fits = step != nullptr && (is_hold(record, *step) || is_hand_over(record, *step) ||
                                        (step->span.empty() && step->segment.kind == record.kind));
  if (!fits) {
    throw io::InputError(fmt::format(
        "ledger: request {}: step {} is not of kind {} in the scenario it carries: damaged, or "
        "written by another version; run the workload again",
        record.request, record.step, static_cast<int>(record.kind)));
  }
  return *step;
}

// Requests whose root span is split: where they were on no thread at all, between their stretches.
class OffThreadTime {
 public:
  void add(const LedgerRecord& record) {
    Request& request = requests_[record.request];
    request.endpoint = record.endpoint;
    if (record.kind == LedgerKind::kStretch) request.stretches.push_back(&record);
    if (record.step == 0 && is_split_span(record)) request.root = &record;
  }

  void add_to(std::vector<EndpointTruth>& endpoints) {
    for (auto& [number, request] : requests_) {
      if (request.root == nullptr) continue;
      CategoryTruth& other = endpoints[request.endpoint].of(Category::kOther);
      const std::int64_t off_ns = uncovered_ns(request);
      other.injected = true;
      other.could_run = true;
      endpoints[request.endpoint].placed_ns += off_ns;
      other.lo_ns += off_ns;
      other.hi_ns += off_ns;
    }
  }

 private:
  struct Request {
    std::uint16_t endpoint = 0;
    const LedgerRecord* root = nullptr;
    std::vector<const LedgerRecord*> stretches;
  };

  static std::int64_t uncovered_ns(Request& request) {
    std::sort(request.stretches.begin(), request.stretches.end(),
              [](const LedgerRecord* a, const LedgerRecord* b) { return a->t0_ns < b->t0_ns; });
    std::int64_t uncovered_ns = 0;
    std::int64_t until_ns = request.root->t0_ns;
    for (const LedgerRecord* stretch : request.stretches) {
      uncovered_ns += std::max<std::int64_t>(0, stretch->t0_ns - until_ns);
      until_ns = std::max(until_ns, stretch->t1_ns);
    }
    return uncovered_ns + std::max<std::int64_t>(0, request.root->t1_ns - until_ns);
  }

  std::map<std::uint32_t, Request> requests_;
};

std::optional<Category> category_by_id(std::string_view id) {
  const auto found = std::find(format::kCategoryIds.begin(), format::kCategoryIds.end(), id);
  if (found == format::kCategoryIds.end()) return std::nullopt;
  return static_cast<Category>(found - format::kCategoryIds.begin());
}

// "file: /dev/fuse cannot be opened" -> {kFile, "/dev/fuse cannot be opened"}
std::map<Category, std::string> skipped_of(const workloads::Ledger& ledger) {
  std::map<Category, std::string> skipped;
  for (const std::string& line : ledger.skipped) {
    const std::size_t colon = line.find(": ");
    const std::optional<Category> category = category_by_id(line.substr(0, colon));
    if (category) skipped[*category] = colon == std::string::npos ? line : line.substr(colon + 2);
  }
  return skipped;
}

bool is_fixed(const workloads::Segment& segment) {
  return segment.kind != LedgerKind::kCpu || segment.iterations > 0;
}

bool work_is_fixed(const workloads::Spec& spec) {
  bool fixed = !spec.between || is_fixed(*spec.between);
  for (const workloads::Endpoint& endpoint : spec.endpoints) {
    for (const workloads::Step* step : workloads::steps_by_number(endpoint)) {
      fixed = fixed && (step == nullptr || !step->span.empty() || is_fixed(step->segment));
    }
  }
  return fixed;
}

}  // namespace

WaitTruth wait_truth(const LedgerRecord& record, WaitDefinition definition) {
  const std::int64_t cpu_ns = record.c1_ns - record.c0_ns;
  const std::int64_t run_queue_ns = std::max<std::int64_t>(0, record.detail);  // -1: not recorded
  WaitTruth truth;
  truth.lo_ns = record.release_ns - record.t0_ns - cpu_ns;
  truth.hi_ns = record.t1_ns - record.t0_ns - cpu_ns;
  if (definition == WaitDefinition::kExcludesRunQueue) {
    // What neither ran nor queued was blocked. If the thread queued before the release, this is
    // below the partner's figure, and the interval shrinks to it.
    truth.hi_ns -= run_queue_ns;
  } else {
    truth.lo_ns -= run_queue_ns;
  }
  truth.hi_ns = std::max<std::int64_t>(0, truth.hi_ns);
  truth.lo_ns = std::clamp<std::int64_t>(truth.lo_ns, 0, truth.hi_ns);
  return truth;
}

Category category_of(LedgerKind kind) {
  switch (kind) {
    case LedgerKind::kCpu:
      return Category::kCpu;
    case LedgerKind::kLock:
      return Category::kLock;
    case LedgerKind::kSync:
      return Category::kSync;
    case LedgerKind::kFile:
      return Category::kFile;
    case LedgerKind::kSocket:
      return Category::kSocket;
    case LedgerKind::kSpan:
    case LedgerKind::kSetup:
    case LedgerKind::kOther:
    case LedgerKind::kStretch:
      break;
  }
  return Category::kOther;
}

CategoryTruth& EndpointTruth::of(Category category) {
  return categories[static_cast<std::size_t>(category)];
}

const CategoryTruth& EndpointTruth::of(Category category) const {
  return categories[static_cast<std::size_t>(category)];
}

std::int64_t EndpointTruth::blocked_waits() const {
  std::int64_t waits = 0;
  for (const Category category : kWaitCategories) {
    waits += of(category).blocked_waits;
  }
  return waits;
}

std::int64_t EndpointTruth::unaccounted_ns() const {
  std::int64_t known_ns = 0;
  for (const CategoryTruth& category : categories) {
    known_ns += category.hi_ns - category.unblocked_hi_ns;
  }
  return std::max<std::int64_t>(0, placed_ns - known_ns);
}

EndpointTruth whole_process(const Truth& truth) {
  EndpointTruth whole;
  whole.name = kWholeProcess;
  CategoryTruth& cpu = whole.of(Category::kCpu);
  cpu.injected = cpu.could_run = true;
  for (const EndpointTruth& endpoint : truth.endpoints) {
    whole.requests += endpoint.requests;
    whole.wall_ns += endpoint.wall_ns;
    whole.placed_ns += endpoint.placed_ns;
    whole.edges += endpoint.edges;
    for (const auto& [function, cpu_ns] : endpoint.function_cpu_ns) {
      whole.function_cpu_ns[function] += cpu_ns;
      cpu.lo_ns += cpu_ns;
    }
  }
  cpu.hi_ns = cpu.lo_ns;
  return whole;
}

Truth truth_of(const workloads::Ledger& ledger, const workloads::Spec& spec,
               WaitDefinition definition) {
  Truth truth;
  truth.skipped = skipped_of(ledger);
  truth.work_is_fixed = work_is_fixed(spec);
  OffThreadTime off_thread;
  std::vector<std::vector<const workloads::Step*>> steps;
  for (const workloads::Endpoint& endpoint : spec.endpoints) {
    truth.endpoints.emplace_back().name = endpoint.name;
    note_injected(endpoint.steps, truth.skipped, truth.endpoints.back());
    steps.push_back(workloads::steps_by_number(endpoint));
  }
  for (const workloads::LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      if (record.kind == LedgerKind::kSetup) continue;
      if (record.endpoint >= truth.endpoints.size()) {
        throw io::InputError(
            fmt::format("ledger: request {}: endpoint {} of {}: damaged; run the workload again",
                        record.request, record.endpoint, truth.endpoints.size()));
      }
      EndpointTruth& endpoint = truth.endpoints[record.endpoint];
      if (record.kind == LedgerKind::kSpan || record.kind == LedgerKind::kStretch) {
        add_span(record, endpoint);
        off_thread.add(record);
      } else {
        add_segment(record, step_of(record, steps[record.endpoint]), definition, endpoint);
      }
    }
  }
  off_thread.add_to(truth.endpoints);
  for (EndpointTruth& endpoint : truth.endpoints) {
    allow_for_unknown_run_queue(endpoint);
    count_switches(endpoint);
  }
  return truth;
}

}  // namespace plumbline::harness
