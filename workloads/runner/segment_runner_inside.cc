// The segments that happen inside the process: CPU, and waits for threads of this program.
#include <sys/syscall.h>

#include <cerrno>

#include "analysis/io/error.h"
#include "workloads/clock.h"
#include "workloads/runner/segment_runner.h"
#include "workloads/runner/working_child.h"

namespace plumbline::workloads {
namespace {

// Going to sleep and being woken takes longer than this by itself, off the CPU.
constexpr std::int64_t kShortestBlockNs = 2'000;

// nanosleep as a program calls it that links no libc: nothing can be put in between.
long nanosleep_inline(timespec& remaining) {
  long result = SYS_nanosleep;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(&remaining), "S"(&remaining)
               : "rcx", "r11", "memory");
  return result;
}

// From now to a point of the period. What comes too late for it, since the thread was preempted,
// burns as good as nothing: the next step is in time again.
std::int64_t until_phase_ns(const Segment& segment, std::int64_t now_ns) {
  const std::int64_t phase_ns = now_ns % segment.of_ns;
  const std::int64_t left_ns = (segment.until_ns - phase_ns + segment.of_ns) % segment.of_ns;
  return left_ns > segment.of_ns / 4 * 3 ? 0 : left_ns;
}

}  // namespace

void SegmentRunner::burn(const Segment& segment, std::int64_t amount, LedgerRecord& record) {
  record.c0_ns = thread_cpu_ns();
  record.t0_ns = monotonic_ns();
  if (segment.of_ns > 0) amount = until_phase_ns(segment, record.t0_ns);
  record.detail =
      segment.function->run({segment.iterations, amount, record.c0_ns,
                             &speeds_[static_cast<std::size_t>(segment.shape)], segment.depth});
  record.t1_ns = monotonic_ns();
  record.c1_ns = thread_cpu_ns();
}

void SegmentRunner::sleep(std::int64_t duration_ns, LedgerRecord& record) {
  begin_wait(record);
  sleep_for(duration_ns);
  end_wait(record);
  record.release_ns = record.t0_ns + duration_ns;  // the kernel's timer is the partner
}

void SegmentRunner::wait_inside(const Segment& segment, std::int64_t amount, LedgerRecord& record) {
  switch (segment.primitive) {
    case Primitive::kSleep:
      return sleep(amount, record);
    case Primitive::kInlineSleep:
      return sleep_inline(amount, record);
    case Primitive::kChildProcess:
      return wait_for_child(amount, record);
    case Primitive::kContended:
      wait_for_contended(segment, record);
      break;
    case Primitive::kProcessShared:
      wait_for_shared_lock(amount, record);
      break;
    default:
      wait_for_partner(amount, record);
  }
  const std::int64_t off_cpu_ns = record.t1_ns - record.t0_ns - (record.c1_ns - record.c0_ns);
  const bool blocked = off_cpu_ns >= kShortestBlockNs && segment.primitive != Primitive::kSpin;
  if (!blocked) record.release_ns = 0;
}

void SegmentRunner::sleep_inline(std::int64_t duration_ns, LedgerRecord& record) {
  timespec remaining = to_timespec(duration_ns);
  begin_wait(record);
  while (nanosleep_inline(remaining) == -EINTR) {
  }
  end_wait(record);
  record.release_ns = record.t0_ns + duration_ns;
}

// The child is there before the wait begins; it works until it is time, and says so.
void SegmentRunner::wait_for_child(std::int64_t duration_ns, LedgerRecord& record) {
  WorkingChild& child = partners_.child();
  child.start();
  begin_wait(record);
  child.end_at(record.t0_ns + duration_ns);
  const bool ended_well = child.wait();
  end_wait(record);
  if (!ended_well) throw io::InputError("a child process of the workload failed");
  record.release_ns = child.release_ns();
}

void SegmentRunner::wait_for_partner(std::int64_t duration_ns, LedgerRecord& record) {
  StepPartners& partners = partners_.of_step(record.endpoint, record.step);
  WaitPartner& partner = *partners.turns[partners.next];
  partner.claim_spinning();  // at once, unless this step is repeated faster than it gets ready
  begin_wait(record);
  partner.release_after(record.t0_ns, duration_ns);
  partner.wait();
  end_wait(record);
  record.release_ns = partner.finish();
  if (partners.turns.size() == 1) return;  // the worker rearms it after the request
  partner.rearm();
  partners.next = 1 - partners.next;
}

void SegmentRunner::wait_for_shared_lock(std::int64_t duration_ns, LedgerRecord& record) {
  SharedLock& lock = partners_.shared_lock();
  lock.claim_spinning();
  begin_wait(record);
  lock.wait(record.t0_ns, duration_ns);
  end_wait(record);
  record.release_ns = lock.finish();
}

void SegmentRunner::wait_for_contended(const Segment& segment, LedgerRecord& record) {
  ContendedLock& lock = partners_.contended(segment.name);
  begin_wait(record);
  lock.mutex.lock();
  end_wait(record);
  record.release_ns = lock.release_ns;
  if (segment.hold_ns > 0) return;  // the worker comes back with hold()
  lock.release_ns = monotonic_ns();
  lock.mutex.unlock();
}

void SegmentRunner::hold(const Segment& segment, LedgerRecord& record) {
  ContendedLock& lock = partners_.contended(segment.name);
  record.kind = LedgerKind::kSync;
  record.intended_ns = segment.hold_ns;
  sleep(segment.hold_ns, record);
  lock.release_ns = monotonic_ns();
  lock.mutex.unlock();
}

}  // namespace plumbline::workloads
