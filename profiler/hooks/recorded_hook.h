// How most hooks are written: one line that says what is called, with what, and how it is booked.
//
// PLUMBLINE_RECORDED defines the function `name` under its own name in the program's sight. The
// signature is compared with that in libc's header by the compiler: two functions of C linkage
// cannot differ in type. Hooks that have to do more are written out.
// Thread rule, signal rule, failure: as the function that is hooked.
#pragma once

#include "profiler/capture/wait.h"
#include "profiler/hooks/export.h"
#include "profiler/hooks/original.h"

#define PLUMBLINE_RECORDED(Result, name, parameters, arguments, kind)                     \
  PLUMBLINE_HOOK Result name parameters {                                                 \
    return ::plumbline::capture::recorded(                                                \
        kind, [&]() -> Result { return ::plumbline::hooks::original().name arguments; }); \
  }

// `name` is another name of libc's for the same function, which is hooked in the same file.
// NOLINTBEGIN(bugprone-macro-parentheses): they are names
#define PLUMBLINE_ALIAS(name, hooked) \
  PLUMBLINE_HOOK decltype(hooked) name __attribute__((alias(#hooked)))
// NOLINTEND(bugprone-macro-parentheses)

namespace plumbline::hooks {

using capture::recorded;
using capture::WaitKind;
using format::Category;
using format::Operation;

// For a parameter that libc's header declares non-null: a program may pass null all the same, and
// is told EINVAL, but the compiler takes a plain comparison away (closedir(nullptr) crashed).
inline bool is_null(const void* pointer) {
  asm("" : "+r"(pointer));
  return pointer == nullptr;
}

// Booked by what `fd` is.
inline WaitKind on_descriptor(Operation operation, int fd) {
  return {.operation = operation, .descriptor = fd};
}

// Booked by what the call is.
inline WaitKind in_category(Operation operation, Category category) {
  return {.operation = operation, .category = category};
}
inline WaitKind on_socket(Operation operation, int fd) {
  return {.operation = operation, .category = Category::kSocket, .descriptor = fd};
}
template <class Object>
WaitKind on_object(Operation operation, Category category, const Object* object) {
  return {.operation = operation,
          .category = category,
          .object = reinterpret_cast<std::uintptr_t>(object)};
}

}  // namespace plumbline::hooks
