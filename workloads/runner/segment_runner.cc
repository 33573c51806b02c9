#include "workloads/runner/segment_runner.h"

#include "workloads/clock.h"

namespace plumbline::workloads {

namespace {

// Wall, CPU and run queue must belong to one moment: a preemption between their reads would be
// booked inside the wait (up to 8 ms were seen). Reads that took longer than this are made again.
constexpr std::int64_t kUndisturbedNs = 30'000;
constexpr int kSnapshotTries = 8;

}  // namespace

SegmentRunner::SegmentRunner(Partners& partners, const RunQueueClock& run_queue, bool full,
                             const CpuSpeeds& speeds)
    : partners_(partners), run_queue_(run_queue), full_(full), speeds_(speeds) {}

bool SegmentRunner::run(const Segment& segment, std::int64_t amount, LedgerRecord& record) {
  record.kind = segment.kind;
  record.intended_ns = segment.iterations > 0 ? 0 : amount;
  if (waits_for_file(segment)) {
    if (partners_.files() == nullptr) return false;
    partners_.files()->wait(segment, amount, record, *this);
    return true;
  }
  switch (segment.kind) {
    case LedgerKind::kCpu:
      burn(segment, amount, record);
      return true;
    case LedgerKind::kLock:
    case LedgerKind::kSync:
    case LedgerKind::kOther:
      wait_inside(segment, amount, record);
      return true;
    case LedgerKind::kSocket:
      partners_.sockets().wait(segment, amount, record, *this);
      return true;
    case LedgerKind::kFile:
    case LedgerKind::kSpan:
    case LedgerKind::kSetup:
    case LedgerKind::kStretch:
      break;  // above, or not segments
  }
  return false;
}

void SegmentRunner::begin_wait(LedgerRecord& record) {
  run_queue_begin_ns_ = -1;
  std::int64_t begun_ns = monotonic_ns();
  for (int attempt = 0; attempt < kSnapshotTries; ++attempt) {
    if (full_) run_queue_begin_ns_ = run_queue_.read_ns();
    record.c0_ns = thread_cpu_ns();
    record.t0_ns = monotonic_ns();
    if (!full_ || record.t0_ns - begun_ns < kUndisturbedNs) return;
    begun_ns = record.t0_ns;
  }
}

void SegmentRunner::end_wait(LedgerRecord& record) {
  record.detail = -1;
  for (int attempt = 0; attempt < kSnapshotTries; ++attempt) {
    record.t1_ns = monotonic_ns();
    record.c1_ns = thread_cpu_ns();
    if (!full_) return;
    record.detail = run_queue_between(run_queue_begin_ns_, run_queue_.read_ns());
    if (monotonic_ns() - record.t1_ns < kUndisturbedNs) return;
  }
}

}  // namespace plumbline::workloads
