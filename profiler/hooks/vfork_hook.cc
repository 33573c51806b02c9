// vfork: a jump, for a child that returns from a function of ours on its parent's stack would write
// over it. Before, the thread is told that whoever comes next may be that child: it shares the
// parent's memory, ours included, but not its clocks (capture/wait.cc).
#include <unistd.h>

#include "profiler/capture/thread.h"
#include "profiler/hooks/original.h"

extern "C" __attribute__((visibility("hidden"), used)) decltype(::vfork)* plumbline_before_vfork() {
  plumbline::capture::Thread* thread = plumbline::capture::current_thread;
  if (thread != nullptr && thread != &plumbline::capture::inert_thread) thread->after_vfork = true;
  return plumbline::hooks::original().vfork;
}

asm(R"(
  .text
  .globl vfork
  .type vfork, @function
  .globl __vfork
  .type __vfork, @function
__vfork:
vfork:
  .cfi_startproc
  subq $8, %rsp
  .cfi_adjust_cfa_offset 8
  call plumbline_before_vfork
  addq $8, %rsp
  .cfi_adjust_cfa_offset -8
  jmp *%rax
  .cfi_endproc
  .size vfork, .-vfork
  .size __vfork, .-__vfork
)");
