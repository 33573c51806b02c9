#include "profiler/hooks/original.h"

#include <dlfcn.h>

namespace plumbline::hooks::original_detail {

Original functions;
std::atomic<bool> looked_up{false};

namespace {

// glibc keeps the condition variables of before 2003 under the same names; without a version the
// loader may choose those, whose layout differs.
constexpr const char* kConditionVersion = "GLIBC_2.3.2";

// No template over the functions' types: clang 14 gives two of them one name.
void* find(const char* symbol) { return dlsym(RTLD_NEXT, symbol); }
void* find_condition(const char* symbol) {
  void* found = dlvsym(RTLD_NEXT, symbol, kConditionVersion);
  return found != nullptr ? found : find(symbol);
}

}  // namespace

#define PLUMBLINE_SET(name, address) found.name = reinterpret_cast<decltype(found.name)>(address);

void look_up() {
  Original found{};
#define PLUMBLINE_FIND(name) PLUMBLINE_SET(name, find(#name))
#define PLUMBLINE_FIND_AS(name, symbol) PLUMBLINE_SET(name, find(symbol))
  PLUMBLINE_ORIGINALS(PLUMBLINE_FIND, PLUMBLINE_FIND_AS)
  PLUMBLINE_SET(pthread_cond_wait, find_condition("pthread_cond_wait"))
  PLUMBLINE_SET(pthread_cond_timedwait, find_condition("pthread_cond_timedwait"))
  functions = found;  // two threads that come first together write the same values
  looked_up.store(true, std::memory_order_release);
}

}  // namespace plumbline::hooks::original_detail
