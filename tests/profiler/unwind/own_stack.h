// The bounds of the calling thread's stack as the thread library tells them, for tests.
#pragma once

#include <pthread.h>

#include "profiler/unwind/walk.h"

namespace plumbline::unwind::test {

inline StackBounds own_stack() {
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  void* low = nullptr;
  std::size_t bytes = 0;
  pthread_attr_getstack(&attributes, &low, &bytes);
  pthread_attr_destroy(&attributes);
  const auto begin = reinterpret_cast<std::uintptr_t>(low);
  return {begin, begin + bytes};
}

}  // namespace plumbline::unwind::test
