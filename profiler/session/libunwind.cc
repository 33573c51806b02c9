#include "profiler/session/libunwind.h"

#include <dlfcn.h>

#include "profiler/base/decimal.h"
#include "profiler/capture/libunwind_walk.h"
#include "profiler/hooks/original.h"

namespace plumbline::session {

namespace {

constexpr const char* kName = "libunwind.so.8";

base::FixedText<256> reason;

template <class Pointer>
bool find(void* library, const char* symbol, Pointer& found) {
  found = reinterpret_cast<Pointer>(dlsym(library, symbol));
  if (found == nullptr && reason.view().empty()) {
    reason.append(kName).append(": has no ").append(symbol);
  }
  return found != nullptr;
}

}  // namespace

const char* open_libunwind() {
  if (capture::libunwind.step != nullptr) return nullptr;
  reason = {};
  // The original: nobody has to be told of a library that the program does not see.
  void* library = hooks::original().dlopen(kName, RTLD_LOCAL | RTLD_NOW);
  if (library == nullptr) {
    const char* said = dlerror();
    reason.append(said != nullptr ? said : kName);
    return reason.c_str();
  }
  capture::Libunwind all;
  const bool complete = find(library, "_Ux86_64_getcontext", all.getcontext) &&
                        find(library, "_ULx86_64_init_local", all.init_local) &&
                        find(library, "_ULx86_64_step", all.step) &&
                        find(library, "_ULx86_64_get_reg", all.get_reg) &&
                        find(library, "_ULx86_64_is_signal_frame", all.is_signal_frame) &&
                        find(library, "_Ux86_64_flush_cache", all.flush_cache) &&
                        find(library, "_ULx86_64_local_addr_space", all.space);
  if (!complete) {
    hooks::original().dlclose(library);
    return reason.c_str();
  }
  capture::libunwind = all;
  return nullptr;
}

}  // namespace plumbline::session
