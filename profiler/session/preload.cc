// What happens when the library is loaded into a program, and when the program ends.
//
// With PLUMBLINE_OUTPUT set a recording starts before main; without it the library only looks up
// the functions behind its hooks. In a privileged program (AT_SECURE: setuid, setgid or with file
// capabilities) the environment is not read at all. Unless children are to be followed, our two
// variables and our own part of LD_PRELOAD are taken out of the environment again: what the program
// starts is not loaded into, and the program sees the environment that it would have without us.
// Thread rule: constructor and destructor, ordinary context. Failure: one line on standard error.
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "profiler/base/decimal.h"
#include "profiler/base/sys.h"
#include "profiler/hooks/original.h"
#include "profiler/session/environment.h"
#include "profiler/session/first_copy.h"
#include "profiler/session/session.h"

namespace {

void complain(const char* problem) {
  plumbline::base::FixedText<640> line;
  line.append("plumbline: not recording: ").append(problem).append("\n");
  plumbline::base::sys::write(STDERR_FILENO, line.c_str(), line.view().size());
}

// 101: before the constructors of the program, after libc's.
__attribute__((constructor(101))) void on_load() {
  plumbline::hooks::original();
  if (!plumbline::session::is_first_copy()) return plumbline::session::report_to_first_copy();
  if (getauxval(AT_SECURE) != 0) return;
  const char* output = getenv("PLUMBLINE_OUTPUT");
  if (output == nullptr || *output == '\0') return;
  const char* options = getenv("PLUMBLINE_OPTIONS");
  const char* problem =
      plumbline::session::start_session(output, options != nullptr ? options : "");
  if (problem != nullptr) complain(problem);
  if (!plumbline::session::follows_children()) plumbline::session::leave_environment();
}

__attribute__((destructor(101))) void on_unload() { plumbline::session::stop_session(); }

}  // namespace
