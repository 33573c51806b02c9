// pthread_create: the new thread introduces itself before it runs anything of the program.
//
// Its memory is mapped by the creator, so that nothing has to be allocated to carry the start
// routine across; where that fails the thread is created as if we were not there.
#include "profiler/capture/registry.h"
#include "profiler/hooks/export.h"
#include "profiler/hooks/original.h"

namespace plumbline::hooks {
namespace {

void* run_introduced(void* argument) {
  auto* thread = static_cast<capture::Thread*>(argument);
  capture::adopt_prepared(thread);
  return thread->start_routine(thread->start_argument);
}

}  // namespace
}  // namespace plumbline::hooks

PLUMBLINE_HOOK int pthread_create(pthread_t* id, const pthread_attr_t* attributes,
                                  void* (*start_routine)(void*), void* argument) {
  using namespace plumbline;
  const auto& original = hooks::original();
  capture::Thread* prepared = base::read(capture::recording.generation) != 0
                                  ? capture::prepare_thread(attributes)
                                  : nullptr;
  if (prepared == nullptr) return original.pthread_create(id, attributes, start_routine, argument);
  prepared->start_routine = start_routine;
  prepared->start_argument = argument;
  const int result = original.pthread_create(id, attributes, hooks::run_introduced, prepared);
  if (result != 0) capture::discard_prepared(prepared);
  return result;
}
