#include "profiler/session/environment.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>

#include <algorithm>
#include <string_view>

#include "profiler/base/decimal.h"

namespace plumbline::session {

namespace {

// The path that the loader was given; empty when it cannot be told.
std::string_view own_path() {
  Dl_info library{};
  if (dladdr(reinterpret_cast<const void*>(leave_environment), &library) == 0) return {};
  return library.dli_fname;
}

void leave_preload_list() {
  const char* variable = getenv("LD_PRELOAD");
  if (variable == nullptr) return;
  constexpr std::string_view kSeparators = ": ";
  base::FixedText<16 * PATH_MAX> others;
  std::string_view list = variable;
  const std::string_view ours = own_path();
  while (!list.empty()) {
    const std::size_t length = std::min(list.find_first_of(kSeparators), list.size());
    const std::string_view entry(list.data(), length);
    list.remove_prefix(std::min(length + 1, list.size()));
    if (entry.empty() || entry == ours) continue;
    if (!others.view().empty()) others.append(":");
    others.append(entry);
  }
  if (others.view().empty()) {
    unsetenv("LD_PRELOAD");
  } else {
    setenv("LD_PRELOAD", others.c_str(), 1);
  }
}

}  // namespace

void leave_environment() {
  leave_preload_list();
  unsetenv("PLUMBLINE_OUTPUT");
  unsetenv("PLUMBLINE_OPTIONS");
}

}  // namespace plumbline::session
