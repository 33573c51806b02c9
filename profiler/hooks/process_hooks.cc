// Children: waiting for them and starting them. Category `sync`.
//
// posix_spawn waits until the child has called exec; libc's own vfork stands behind it. vfork
// itself is vfork_hook.cc's.
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

WaitKind waiting_for(std::int64_t child) {
  return {.operation = Operation::kChildWait,
          .category = Category::kSync,
          .object = static_cast<std::uint64_t>(child)};
}
constexpr WaitKind kSpawning{.operation = Operation::kSpawn, .category = Category::kSync};

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

PLUMBLINE_RECORDED(pid_t, wait, (int* status), (status), waiting_for(-1))
PLUMBLINE_ALIAS(__wait, wait);
PLUMBLINE_RECORDED(pid_t, waitpid, (pid_t child, int* status, int options),
                   (child, status, options), waiting_for(child))
PLUMBLINE_ALIAS(__waitpid, waitpid);
PLUMBLINE_RECORDED(pid_t, wait3, (int* status, int options, rusage* usage),
                   (status, options, usage), waiting_for(-1))
PLUMBLINE_RECORDED(pid_t, wait4, (pid_t child, int* status, int options, rusage* usage),
                   (child, status, options, usage), waiting_for(child))
PLUMBLINE_RECORDED(int, waitid, (idtype_t kind, id_t child, siginfo_t* info, int options),
                   (kind, child, info, options), waiting_for(child))
PLUMBLINE_RECORDED(int, system, (const char* command), (command), waiting_for(-1))

PLUMBLINE_RECORDED(int, posix_spawn,
                   (pid_t * child, const char* path, const posix_spawn_file_actions_t* actions,
                    const posix_spawnattr_t* attributes, char* const words[],
                    char* const environment[]),
                   (child, path, actions, attributes, words, environment), kSpawning)
PLUMBLINE_RECORDED(int, posix_spawnp,
                   (pid_t * child, const char* file, const posix_spawn_file_actions_t* actions,
                    const posix_spawnattr_t* attributes, char* const words[],
                    char* const environment[]),
                   (child, file, actions, attributes, words, environment), kSpawning)
