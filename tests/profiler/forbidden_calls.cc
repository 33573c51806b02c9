#include "tests/profiler/forbidden_calls.h"

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>

namespace plumbline::test {
namespace {

constexpr std::array<const char*, kForbiddenCount> kNames = {
#define PLUMBLINE_NAME(name) #name,
    PLUMBLINE_FORBIDDEN(PLUMBLINE_NAME)
#undef PLUMBLINE_NAME
};
static_assert(kForbiddenCount == 24);

struct Count {
  std::atomic<std::uint64_t> all{0};
  std::atomic<std::uint64_t> in_handler{0};
  std::atomic<void*> next{nullptr};
};
std::array<Count, kForbiddenCount> counts;

// Past libc, whose function the profiler hooks.
std::uint64_t blocked_signals() {
  std::uint64_t blocked = 0;
  long result = 0;
  register long size asm("r10") = sizeof blocked;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(SYS_rt_sigprocmask), "D"(SIG_BLOCK), "S"(0), "d"(&blocked), "r"(size)
               : "rcx", "r11", "memory");
  return blocked;
}

constexpr std::uint64_t bit_of(int number) { return std::uint64_t{1} << (number - 1); }

// libc's own "block all" blocks the signals of a crash as well, a program's handler blocks few.
bool in_sample_handler() {
  constexpr std::uint64_t kCrash = bit_of(SIGSEGV) | bit_of(SIGBUS) | bit_of(SIGILL) |
                                   bit_of(SIGFPE) | bit_of(SIGTRAP) | bit_of(SIGABRT);
  constexpr std::uint64_t kSome = bit_of(SIGURG) | bit_of(SIGUSR2) | bit_of(SIGTERM);
  const std::uint64_t blocked = blocked_signals();
  return (blocked & kSome) == kSome && (blocked & kCrash) == 0;
}

// At once and past libc: what is forbidden may never return.
void say(const char* name) {
  for (const char* text : {"in the handler: ", name, "\n"}) {
    long result = 0;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(SYS_write), "D"(STDERR_FILENO), "S"(text), "d"(__builtin_strlen(text))
                 : "rcx", "r11", "memory");
  }
}

// dlsym is one of those that are defined here; dlvsym is not.
void* find_next(int number) {
  using Lookup = void* (*)(void*, const char*);
  static std::atomic<void*> lookup{nullptr};
  if (lookup == nullptr) lookup = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
  if (lookup == nullptr) lookup = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
  void* found = reinterpret_cast<Lookup>(lookup.load())(RTLD_NEXT, kNames[std::size_t(number)]);
  if (found == nullptr) _exit(99);
  return found;
}

}  // namespace

// Where the call goes on. Called by the entries below.
extern "C" __attribute__((visibility("hidden"), used)) void* plumbline_test_count(int number) {
  Count& count = counts[static_cast<std::size_t>(number)];
  count.all.fetch_add(1, std::memory_order_relaxed);
  if (in_sample_handler() && count.in_handler.fetch_add(1, std::memory_order_relaxed) == 0) {
    say(kNames[static_cast<std::size_t>(number)]);
  }
  void* next = count.next.load(std::memory_order_relaxed);
  if (next == nullptr) {
    next = find_next(number);
    count.next.store(next, std::memory_order_relaxed);
  }
  return next;
}

// An entry: keeps every register that can hold an argument, counts, and jumps on.
#define PLUMBLINE_ENTRY(name)                                                              \
  " .globl " #name "\n .type " #name ", @function\n" #name                                 \
  ":\n"                                                                                    \
  " .cfi_startproc\n push %rbp\n .cfi_adjust_cfa_offset 8\n .cfi_rel_offset %rbp, 0\n"     \
  " mov %rsp, %rbp\n .cfi_def_cfa_register %rbp\n"                                         \
  " push %rdi\n push %rsi\n push %rdx\n push %rcx\n push %r8\n push %r9\n push %rax\n"     \
  " sub $136, %rsp\n and $-16, %rsp\n"                                                     \
  " movups %xmm0, (%rsp)\n movups %xmm1, 16(%rsp)\n movups %xmm2, 32(%rsp)\n"              \
  " movups %xmm3, 48(%rsp)\n movups %xmm4, 64(%rsp)\n movups %xmm5, 80(%rsp)\n"            \
  " movups %xmm6, 96(%rsp)\n movups %xmm7, 112(%rsp)\n"                                    \
  " mov $plumbline_test_number, %edi\n call plumbline_test_count\n mov %rax, %r11\n"       \
  " movups (%rsp), %xmm0\n movups 16(%rsp), %xmm1\n movups 32(%rsp), %xmm2\n"              \
  " movups 48(%rsp), %xmm3\n movups 64(%rsp), %xmm4\n movups 80(%rsp), %xmm5\n"            \
  " movups 96(%rsp), %xmm6\n movups 112(%rsp), %xmm7\n lea -56(%rbp), %rsp\n"              \
  " pop %rax\n pop %r9\n pop %r8\n pop %rcx\n pop %rdx\n pop %rsi\n pop %rdi\n pop %rbp\n" \
  " .cfi_def_cfa %rsp, 8\n jmp *%r11\n .cfi_endproc\n .size " #name ", . - " #name         \
  "\n"                                                                                     \
  " .set plumbline_test_number, plumbline_test_number + 1\n"
asm(".pushsection .text\n .set plumbline_test_number, 0\n" PLUMBLINE_FORBIDDEN(
    PLUMBLINE_ENTRY) ".popsection\n");

const char* name_of_forbidden(int number) { return kNames[static_cast<std::size_t>(number)]; }
std::uint64_t calls_in_handler(int number) {
  return counts[static_cast<std::size_t>(number)].in_handler;
}
std::uint64_t calls(int number) { return counts[static_cast<std::size_t>(number)].all; }

sigset_t mask_of_sample_handler() {
  sigset_t mask;
  sigfillset(&mask);
  for (const int crash : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT}) {
    sigdelset(&mask, crash);
  }
  return mask;
}

}  // namespace plumbline::test
