#include "profiler/capture/program_handlers.h"

#include <array>
#include <atomic>
#include <cstddef>

#include "profiler/capture/thread.h"

extern "C" {
// By signal number: what the trampoline jumps to. Set before the kernel knows the trampoline.
__attribute__((visibility("hidden"))) std::array<std::atomic<sighandler_t>, _NSIG>
    plumbline_program_handlers;
__attribute__((visibility("hidden"))) void plumbline_handler_trampoline(int number);
}

// The kernel calls every handler with (number, siginfo_t*, context), SA_SIGINFO or not; all
// registers of arguments stay as they are.
asm(R"(
  .text
  .hidden plumbline_handler_trampoline
  .globl plumbline_handler_trampoline
  .type plumbline_handler_trampoline, @function
plumbline_handler_trampoline:
  .cfi_startproc
  endbr64
  movq _ZN9plumbline7capture14current_threadE@gottpoff(%rip), %r11
  movq %fs:(%r11), %r11
  testq %r11, %r11
  jz 1f
  addl $1, (%r11)
1:leaq plumbline_program_handlers(%rip), %r11
  movl %edi, %edi
  movq (%r11,%rdi,8), %r11
  jmp *%r11
  .cfi_endproc
  .size plumbline_handler_trampoline, .-plumbline_handler_trampoline
)");

namespace plumbline::capture {

static_assert(offsetof(Thread, program_handlers_run) == 0);

namespace {

bool is_of_the_program(sighandler_t handler) {
  return handler != SIG_DFL && handler != SIG_IGN && handler != SIG_ERR && handler != SIG_HOLD &&
         handler != &plumbline_handler_trampoline;
}

// Its handlers are the kernel's to know; what it wrote here would be its parent's.
bool in_vfork_child() {
  Thread* thread = current_thread;
  return thread != nullptr && thread->after_vfork && is_vfork_child(*thread);
}

}  // namespace

HandlerChange::HandlerChange(int number, sighandler_t handler) : for_kernel_(handler) {
  if (number <= 0 || number >= _NSIG) return;
  std::atomic<sighandler_t>& present = plumbline_program_handlers[static_cast<std::size_t>(number)];
  if (!is_of_the_program(handler) || in_vfork_child()) {
    before_ = present.load(std::memory_order_relaxed);
    return;
  }
  before_ = present.exchange(handler, std::memory_order_relaxed);
  for_kernel_ = &plumbline_handler_trampoline;
}

sighandler_t HandlerChange::for_program(sighandler_t replaced) const {
  return replaced == &plumbline_handler_trampoline ? before_ : replaced;
}

}  // namespace plumbline::capture
