#include "profiler/capture/wait.h"

#include "profiler/capture/descriptor_kind.h"
#include "profiler/capture/emit.h"
#include "profiler/capture/unblocked.h"

namespace plumbline::capture {

using format::Category;
using format::DescriptorKind;
using format::RecordType;

namespace {

// True when another hook of this thread is still on the stack, `frame` being inside it.
bool inside_another_hook(const Thread& thread, std::uintptr_t frame) {
  return thread.in_hook && frame < thread.hook_frame;
}

std::uint64_t object_of(const WaitKind& kind) {
  return kind.descriptor >= 0 ? static_cast<std::uint64_t>(kind.descriptor) : kind.object;
}

DescriptorKind kind_of_waited(const WaitKind& kind) {
  if (kind.descriptor >= 0) return descriptor_kind(kind.descriptor);
  DescriptorKind found = DescriptorKind::kNone;
  for (const pollfd& watched : kind.watched) {
    if (watched.fd < 0) continue;  // poll ignores those
    found = descriptor_kind(watched.fd);
    if (found == DescriptorKind::kSocket) break;
  }
  return found;
}

void emit_wait(const WaitInProgress& wait, const WaitKind& kind, const Edge& end,
               const void* frame) {
  Thread& thread = *wait.thread;
  const DescriptorKind waited = kind_of_waited(kind);
  if (thread.account.any_unreported) [[unlikely]]
    report_losses(thread, wait.begin);
  auto* record = start_record<format::Wait>(thread, RecordType::kWait, Kind::kWait,
                                            format::kMaxFrames * sizeof(std::uint64_t));
  if (record == nullptr) return;
  auto* frames = reinterpret_cast<std::uint64_t*>(record + 1);
  const Walk walk = walk_from_frame(frame, thread.stack, frames, format::kMaxFrames);
  record->begin = wait.begin;
  record->end = end;
  record->span_id = wait.span_id;
  record->object = object_of(kind);
  record->category = kind.category == Category::kOther ? category_of(waited) : kind.category;
  record->operation = kind.operation;
  record->descriptor_kind = waited;
  record->stack_end = walk.end;
  record->frame_count = walk.frame_count;
  record->header.size_bytes =
      format::padded_size(sizeof(format::Wait), walk.frame_count * sizeof(std::uint64_t));
  finish_record(thread, record->header.size_bytes);
}

}  // namespace

WaitInProgress begin_wait(const WaitKind& kind, const void* frame) {
  WaitInProgress wait;
  Thread* thread = recording_thread();
  const auto frame_address = reinterpret_cast<std::uintptr_t>(frame);
  if (thread == nullptr || inside_another_hook(*thread, frame_address)) return wait;
  if (thread->in_hook) thread->open_wait.close();  // it was left by longjmp or cancellation
  thread->in_hook = true;
  thread->hook_frame = frame_address;
  thread->interrupted_call = false;
  wait.begin = thread->clock.take();
  wait.span_id = thread->active.span_id;
  wait.number = thread->open_wait.open({.begin = wait.begin,
                                        .span_id = wait.span_id,
                                        .object = object_of(kind),
                                        .descriptor = kind.descriptor,
                                        .category = kind.category,
                                        .operation = kind.operation});
  wait.thread = thread;
  return wait;
}

void end_wait(const WaitInProgress& wait, const WaitKind& kind, const void* frame) {
  Thread& thread = *wait.thread;
  // A hook that took over from this one, or a later session, owns the state now.
  if (!thread.open_wait.is_open(wait.number)) return;
  const Edge end = thread.clock.take();
  const std::int64_t cpu_ns = end.cpu_ns - wait.begin.cpu_ns;
  thread.hook_cpu_ns += cpu_ns;
  if (end.voluntary_switches != wait.begin.voluntary_switches) {
    emit_wait(wait, kind, end, frame);
  } else {
    add_unblocked(thread, kind.operation, kind.category, end.wall_ns - wait.begin.wall_ns, cpu_ns);
  }
  thread.open_wait.close();
  thread.in_hook = false;
}

}  // namespace plumbline::capture
