// Spans across fibers: whatever switches stacks says so here, and scopes stay with their fiber.
//
//   class MyFiber { ucontext_t context_; plumbline::Fiber scopes_; ... };
//
//   void Resume(MyFiber& fiber) {                           // on any thread
//     plumbline::SwitchFiber(&thread_scopes, &fiber.scopes_);
//     swapcontext(&thread_context, &fiber.context_);
//   }
//   void MyFiber::Yield() {                                 // on the thread that runs the fiber
//     plumbline::SwitchFiber(&scopes_, thread_scopes_of_this_thread);
//     swapcontext(&context_, ...);
//   }
//
// One Fiber for each fiber, and one for the stack of each thread that switches to them. The time
// between two runs of a fiber is on no thread: it is in no span's self time, and in its request's
// `other: not_on_any_thread`. One switch costs as much as one edge of a scope. For coroutines see
// coroutine.h.
//
// Thread rule: SwitchFiber on the thread that switches, just before it does; a Fiber belongs to one
// thread at a time, as its stack does. Signal rule: async-signal-safe once the table was looked up.
// Failure rule: nothing fails; scopes left while their fiber does not run are ignored and counted
// (scopes.on_wrong_thread).
#ifndef PLUMBLINE_FIBER_H_
#define PLUMBLINE_FIBER_H_

#include <plumbline/trace.h>

namespace plumbline {

// What is active in a fiber while it does not run.
class Fiber {
 public:
  // Begins with nothing active.
  Fiber() = default;
  // Begins with `span` active: of CaptureContext(), the time until the first run is queue time.
  explicit Fiber(const SpanContext& span) { state_.active = span; }
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

 private:
  friend void SwitchFiber(Fiber* from, Fiber* to);
  plumbline_fiber state_{};
};

// Keeps in `from` what is active on this thread, and makes active what was so in `to`.
// Null `from`: it has ended. Null `to`: nothing is active from here on.
inline void SwitchFiber(Fiber* from, Fiber* to) {
  const auto* api = internal::RecordingApi();
  if (api == nullptr || !PLUMBLINE_API_HAS(api, switch_fiber)) return;
  api->switch_fiber(from != nullptr ? &from->state_ : nullptr,
                    to != nullptr ? &to->state_ : nullptr);
}

}  // namespace plumbline

#endif  // PLUMBLINE_FIBER_H_
