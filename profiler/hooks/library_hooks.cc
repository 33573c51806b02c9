// dlopen, dlclose: no wait is booked for them, only their end is announced.
//
// They run constructors and destructors of the program, whose time belongs to what these do, and
// their own waiting is page faults (`other: major_fault`) and a few small reads. As one call,
// all of that would be one category, and its CPU would be in no function.
//
// The loader searches the RUNPATH of the object that called dlopen, which it tells by the return
// address. So a name to be searched for, or with $ORIGIN in it, is passed on by a jump that leaves
// the caller's return address in place (a hook that calls on makes dlopen fail for programs with a
// RUNPATH: google/sanitizers#1219). A path, or null, means the same from anywhere.
#include "profiler/hooks/library_hooks.h"

#include <dlfcn.h>

#include <cstring>

#include "profiler/hooks/export.h"
#include "profiler/hooks/original.h"

namespace plumbline::hooks {

std::atomic<LibraryCallback> on_libraries_changed{nullptr};

namespace {

void announce() {
  // Acquire pairs with the session's release: what the callback uses is there.
  const LibraryCallback callback = on_libraries_changed.load(std::memory_order_acquire);
  if (callback != nullptr) callback();
}

bool means_the_same_from_here(const char* name) {
  return name == nullptr ||
         (std::strchr(name, '/') != nullptr && std::strchr(name, '$') == nullptr);
}

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

// Where dlopen below jumps to: the original for a name that must be searched for, else ours.
using Dlopen = void*(const char*, int);

extern "C" {

__attribute__((visibility("hidden"), used)) void* plumbline_dlopen_path(const char* name,
                                                                        int mode) {
  void* library = original().dlopen(name, mode);
  announce();
  return library;
}

__attribute__((visibility("hidden"), used)) Dlopen* plumbline_choose_dlopen(const char* name) {
  if (means_the_same_from_here(name)) return plumbline_dlopen_path;
  announce();
  return original().dlopen;
}
}

// The arguments are kept across the choice; then a jump, with the stack as the caller left it.
asm(R"(
  .text
  .globl dlopen
  .type dlopen, @function
dlopen:
  .cfi_startproc
  pushq %rdi
  .cfi_adjust_cfa_offset 8
  pushq %rsi
  .cfi_adjust_cfa_offset 8
  subq $8, %rsp
  .cfi_adjust_cfa_offset 8
  call plumbline_choose_dlopen
  addq $8, %rsp
  .cfi_adjust_cfa_offset -8
  popq %rsi
  .cfi_adjust_cfa_offset -8
  popq %rdi
  .cfi_adjust_cfa_offset -8
  jmp *%rax
  .cfi_endproc
  .size dlopen, .-dlopen
)");

PLUMBLINE_HOOK int dlclose(void* library) {
  const int result = original().dlclose(library);
  announce();
  return result;
}
