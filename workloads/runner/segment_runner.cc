#include "workloads/runner/segment_runner.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "analysis/io/error.h"
#include "workloads/clock.h"

namespace plumbline::workloads {

namespace {

// Wall, CPU and run queue must belong to one moment: a preemption between their reads would be
// booked inside the wait (up to 8 ms were seen). Reads that took longer than this are made again.
constexpr std::int64_t kUndisturbedNs = 30'000;
constexpr int kSnapshotTries = 8;

}  // namespace

SegmentRunner::SegmentRunner(Partners& partners, const RunQueueClock& run_queue, bool full)
    : partners_(partners),
      run_queue_(run_queue),
      full_(full),
      ns_per_iteration_(measure_ns_per_iteration()),
      buffer_(kMaxTransferBytes) {}

bool SegmentRunner::run(const Segment& segment, std::int64_t amount, LedgerRecord& record) {
  record.kind = segment.kind;
  record.intended_ns = segment.iterations > 0 ? 0 : amount;
  switch (segment.kind) {
    case LedgerKind::kCpu:
      burn(segment, amount, record);
      return true;
    case LedgerKind::kLock:
      wait_for_lock(amount, record);
      return true;
    case LedgerKind::kSync:
      sleep(amount, record);
      return true;
    case LedgerKind::kSocket:
      wait_for_socket(amount, record);
      return true;
    case LedgerKind::kFile:
      if (partners_.file() < 0) return false;
      wait_for_file(segment, amount, record);
      return true;
    case LedgerKind::kSpan:
    case LedgerKind::kSetup:
      break;  // not segments
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

void SegmentRunner::burn(const Segment& segment, std::int64_t amount, LedgerRecord& record) {
  record.c0_ns = thread_cpu_ns();
  record.t0_ns = monotonic_ns();
  record.detail =
      segment.function->run({segment.iterations, amount, record.c0_ns, &ns_per_iteration_});
  record.t1_ns = monotonic_ns();
  record.c1_ns = thread_cpu_ns();
}

void SegmentRunner::sleep(std::int64_t duration_ns, LedgerRecord& record) {
  begin_wait(record);
  sleep_for(duration_ns);
  end_wait(record);
  record.release_ns = record.t0_ns + duration_ns;  // the kernel's timer is the partner
}

void SegmentRunner::wait_for_lock(std::int64_t duration_ns, LedgerRecord& record) {
  LockHolder& holder = partners_.holder(holders_used_++);
  begin_wait(record);
  holder.release_at(record.t0_ns + duration_ns);
  holder.mutex().lock();
  end_wait(record);
  record.release_ns = holder.release_ns();
  holder.mutex().unlock();
}

int SegmentRunner::file_call(const Segment& segment) {
  const auto bytes = static_cast<std::size_t>(segment.bytes);
  ssize_t done = 0;
  switch (segment.operation) {
    case FileOperation::kPread:
      done = pread(partners_.file(), buffer_.data(), bytes, 0);
      break;
    case FileOperation::kPwrite:
      done = pwrite(partners_.file(), buffer_.data(), bytes, 0);
      break;
    case FileOperation::kFsync:
      done = fsync(partners_.file());
      break;
  }
  if (done == segment.bytes) return 0;
  return done < 0 ? errno : EIO;
}

void SegmentRunner::wait_for_file(const Segment& segment, std::int64_t duration_ns,
                                  LedgerRecord& record) {
  Slot& slot = partners_.slot();
  slot.delay_ns.store(duration_ns, std::memory_order_relaxed);
  begin_wait(record);
  slot.t0_ns.store(record.t0_ns, std::memory_order_relaxed);
  const int error_number = file_call(segment);
  end_wait(record);
  if (error_number != 0) {
    throw io::system_failure("plumbline-truthd", "a delayed file failed", error_number);
  }
  record.release_ns = slot.release_ns.load(std::memory_order_relaxed);
}

void SegmentRunner::wait_for_socket(std::int64_t duration_ns, LedgerRecord& record) {
  const int socket = partners_.socket();
  PeerReply reply{};
  begin_wait(record);
  const PeerRequest request{record.t0_ns, duration_ns};
  ssize_t moved = send(socket, &request, sizeof request, MSG_NOSIGNAL);
  if (moved == sizeof request) {
    do {
      moved = recv(socket, &reply, sizeof reply, 0);
    } while (moved < 0 && errno == EINTR);
  }
  end_wait(record);
  if (moved != sizeof reply) {
    throw io::system_failure("plumbline-truthd", "a socket peer failed", moved < 0 ? errno : EPIPE);
  }
  record.release_ns = reply.release_ns;
}

}  // namespace plumbline::workloads
