#include "profiler/capture/wait.h"

#include <unwind.h>

#include "profiler/base/sys.h"
#include "profiler/capture/descriptor_kind.h"
#include "profiler/capture/emit.h"
#include "profiler/capture/stack_walk.h"
#include "profiler/capture/unblocked.h"

namespace plumbline::capture {

using format::Category;
using format::DescriptorKind;
using format::RecordType;

namespace {

// Whether the memory of the open hook is still what it wrote there.
bool is_intact(const Thread& thread) {
  const auto* wait = reinterpret_cast<const WaitInProgress*>(thread.hook_wait);
  return wait->thread == &thread && wait->number == thread.hook_number;
}

// True when another hook of this thread is still on the stack and called what is now at `here`.
bool inside_another_hook(const Thread& thread, std::uintptr_t here) {
  if (!thread.in_hook) return false;
  const bool hook_on_stack = thread.stack.contains(thread.hook_wait);
  const bool here_on_stack = thread.stack.contains(here);
  // A handler on a stack of its own is inside; a coroutine's hook, seen from the stack, was left.
  if (hook_on_stack != here_on_stack) return hook_on_stack && is_intact(thread);
  if (here >= thread.hook_wait) return false;
  return !hook_on_stack || is_intact(thread);
}

std::uint64_t object_of(const WaitKind& kind) {
  return kind.descriptor >= 0 ? static_cast<std::uint64_t>(kind.descriptor) : kind.object;
}

DescriptorKind kind_of_waited(const WaitKind& kind, Ask ask) {
  if (kind.descriptor_kind != DescriptorKind::kNone) return kind.descriptor_kind;
  if (kind.watched.kind != nullptr) return kind.watched.kind(kind.watched.what, ask);
  if (kind.descriptor < 0) return DescriptorKind::kNone;
  return ask == Ask::kKernel ? descriptor_kind(kind.descriptor)
                             : remembered_descriptor_kind(kind.descriptor);
}

// For a call that may turn out not to block.
Category expected_category(const WaitKind& kind) {
  if (kind.category != Category::kOther) return kind.category;
  const DescriptorKind waited = kind_of_waited(kind, Ask::kTable);
  return waited == DescriptorKind::kUnknown ? Category::kOther : category_of(waited);
}

void emit_wait(const WaitInProgress& wait, const Edge& end) {
  Thread& thread = *wait.thread;
  const WaitKind& kind = *wait.kind;
  const DescriptorKind waited = kind_of_waited(kind, Ask::kKernel);
  if (thread.account.any_unreported) [[unlikely]]
    report_losses(thread, wait.begin);
  auto* record = start_record<format::Wait>(thread, RecordType::kWait, Kind::kWait,
                                            format::kMaxFrames * sizeof(std::uint64_t));
  if (record == nullptr) return;
  auto* frames = reinterpret_cast<std::uint64_t*>(record + 1);
  const unwind::Walk walk = walk_from_hook(thread, wait.frame, frames);
  record->begin = wait.begin;
  record->end = end;
  record->span_id = wait.span_id;
  record->object = object_of(kind);
  record->owner_tid = kind.owner.tid;
  record->owner_span_id = kind.owner.span_id;
  record->category = kind.category == Category::kOther ? category_of(waited) : kind.category;
  record->operation = kind.operation;
  record->descriptor_kind = waited;
  record->stack_end = walk.end;
  record->frame_count = walk.frame_count;
  for (std::uint8_t& byte : record->reserved) byte = 0;
  finish_record(thread, *record, walk.frame_count * sizeof(std::uint64_t));
}

}  // namespace

void begin_wait(const WaitKind& kind, const void* frame, WaitInProgress& wait) {
  Thread* thread = recording_thread();
  const auto here = reinterpret_cast<std::uintptr_t>(&wait);
  if (thread == nullptr || inside_another_hook(*thread, here)) return;
  if (thread->after_vfork && is_vfork_child(*thread)) [[unlikely]]
    return;
  if (thread->findable_tid != thread->tid) [[unlikely]]
    remember_thread(*thread);
  if (thread->in_hook) thread->open_wait.close();  // it was left by longjmp
  // First what a handler of the program that comes now needs to see that it is inside.
  wait.thread = thread;
  thread->hook_wait = here;
  thread->hook_number = 0;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  thread->in_hook = true;
  thread->interrupted_call = false;
  wait.kind = &kind;
  wait.frame = frame;
  wait.category = expected_category(kind);
  wait.begin = thread->clock.take();
  wait.span_id = thread->active.span_id;
  // A single descriptor is looked at again when its wait is written: the table may be out of date.
  const bool by_descriptor = kind.descriptor >= 0 && kind.watched.kind == nullptr;
  const std::uint32_t number =
      thread->open_wait.open({.begin = wait.begin,
                              .span_id = wait.span_id,
                              .object = object_of(kind),
                              .owner_span_id = kind.owner.span_id,
                              .owner_tid = kind.owner.tid,
                              .descriptor = kind.descriptor,
                              .category = by_descriptor ? kind.category : wait.category,
                              .operation = kind.operation});
  wait.number = thread->hook_number = number;
}

void end_wait(const WaitInProgress& wait) {
  Thread& thread = *wait.thread;
  // A hook that took over from this one, or a later session, owns the state now.
  if (!thread.open_wait.is_open(wait.number)) return;
  const Edge end = thread.clock.take();
  const std::int64_t cpu_ns = end.cpu_ns - wait.begin.cpu_ns;
  thread.hook_cpu_ns += cpu_ns;
  if (end.voluntary_switches != wait.begin.voluntary_switches) {
    emit_wait(wait, end);
  } else {
    add_unblocked(thread, wait.kind->operation, wait.category, end.wall_ns - wait.begin.wall_ns,
                  cpu_ns);
  }
  thread.open_wait.close();
  thread.in_hook = false;
}

void abandon_wait() {
  Thread* thread = current_thread;
  if (thread == nullptr || !thread->in_hook || !is_intact(*thread)) return;
  end_wait(*reinterpret_cast<const WaitInProgress*>(thread->hook_wait));
}

}  // namespace plumbline::capture

// The personality of the hooks' frames: called by the unwinder for each frame that it passes, once
// to look for a handler and once to leave the frame.
extern "C" __attribute__((visibility("hidden"), used)) _Unwind_Reason_Code plumbline_on_unwind(
    int /*version*/, _Unwind_Action actions, _Unwind_Exception_Class /*exception_class*/,
    _Unwind_Exception* /*exception*/, _Unwind_Context* /*context*/) {
  if ((actions & _UA_CLEANUP_PHASE) != 0) plumbline::capture::abandon_wait();
  return _URC_CONTINUE_UNWIND;
}
