// The table is direct-mapped by the low bits of the tid: threads of one process have neighbouring
// tids. An entry is one word, tid and page number of the Thread together, so that it is never half
// written. Entries of dead threads stay until they are overwritten; the tid is compared again with
// the one in the memory that they point to.
#include "profiler/capture/wait_owner.h"

#include "profiler/base/sys.h"

namespace plumbline::capture {

namespace {

constexpr std::uint32_t kEntries = 4096;
constexpr unsigned kTidBits = 22;  // the kernel's PID_MAX_LIMIT
constexpr std::uint64_t kTidMask = (std::uint64_t{1} << kTidBits) - 1;
constexpr unsigned kPageBits = 12;  // a Thread begins on a page

// Relaxed: an entry stands for itself alone, and what it points to is read by the kernel.
std::atomic<std::uint64_t> entries[kEntries];

std::atomic<std::uint64_t>& entry_of(std::int32_t tid) {
  return entries[static_cast<std::uint32_t>(tid) % kEntries];
}

}  // namespace

void remember_thread(Thread& thread) {
  const std::uint64_t page = reinterpret_cast<std::uintptr_t>(&thread) >> kPageBits;
  const auto tid = static_cast<std::uint64_t>(thread.tid);
  entry_of(thread.tid).store(page << kTidBits | tid, std::memory_order_relaxed);
  thread.findable_tid = thread.tid;
}

WaitOwner owner_of(std::int32_t tid) {
  if (tid <= 0) return {};
  const std::uint64_t entry = entry_of(tid).load(std::memory_order_relaxed);
  if ((entry & kTidMask) != static_cast<std::uint64_t>(tid)) return {.tid = tid};
  auto* thread = reinterpret_cast<Thread*>(entry >> kTidBits << kPageBits);
  struct {
    std::int32_t tid;
    std::uint64_t span_id;
  } found{};
  const iovec here[] = {{&found.tid, sizeof found.tid}, {&found.span_id, sizeof found.span_id}};
  const iovec there[] = {{&thread->tid, sizeof found.tid},
                         {&thread->active.span_id, sizeof found.span_id}};
  const long bytes = base::sys::call(SYS_process_vm_readv, base::sys::getpid(),
                                     base::sys::address(here), 2, base::sys::address(there), 2);
  const bool whole = bytes == sizeof found.tid + sizeof found.span_id;
  return {.tid = tid, .span_id = whole && found.tid == tid ? found.span_id : 0};
}

}  // namespace plumbline::capture
