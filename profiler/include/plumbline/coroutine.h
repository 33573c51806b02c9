// Spans across C++20 coroutines: scopes are left at each suspension and entered again where the
// coroutine goes on, on whatever thread that is.
//
//   struct Task {
//     struct promise_type : plumbline::CoroutineScopes {
//       auto initial_suspend() { return Begin(std::suspend_always{}); }
//       auto final_suspend() noexcept { return End(std::suspend_always{}); }
//       ...
//     };
//   };
//
//   Task Handle(Request request) {
//     auto span = tracer->StartActiveSpan("GET /report");   // stays with the coroutine
//     auto rows = co_await database.Query(request);         // left here, entered again behind it
//     ...
//   }
//
// The promise derives from CoroutineScopes and passes its first and last awaitables through Begin
// and End; what lies between comes through await_transform (a promise that has its own calls
// Awaiting). A coroutine begins with the span that is active where it is called, so that it counts
// as part of it; the time until it first runs is queue time. The time while it is suspended is on
// no thread.
//
// Thread rule: as the coroutine itself. Signal rule: not from handlers.
// Failure rule: nothing fails. Scopes of a coroutine that is destroyed while suspended, or whose
// awaiter throws in await_suspend, are ignored and counted (scopes.on_wrong_thread).
#ifndef PLUMBLINE_COROUTINE_H_
#define PLUMBLINE_COROUTINE_H_

#include <plumbline/fiber.h>

#include <coroutine>
#include <utility>

namespace plumbline {

class CoroutineScopes;

namespace internal {

// The awaiter that co_await would use for `awaitable`.
template <class Awaitable>
decltype(auto) AwaiterOf(Awaitable&& awaitable) {
  if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); }) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (requires { operator co_await(std::forward<Awaitable>(awaitable)); }) {
    return operator co_await(std::forward<Awaitable>(awaitable));
  } else {
    return std::forward<Awaitable>(awaitable);
  }
}

// Does what `Awaiter` does, outside the coroutine's scopes.
template <class Awaiter>
struct ScopedAwaiter {
  Awaiter awaiter;  // or a reference to one that lives as long as the expression
  CoroutineScopes& scopes;

  bool await_ready() { return awaiter.await_ready(); }

  // Not inlined: the coroutine may run elsewhere before this returns, and clang has kept variables
  // of an inlined await_suspend in its frame (llvm-project#56301).
  template <class Promise>
  [[gnu::noinline]] auto await_suspend(std::coroutine_handle<Promise> coroutine);

  decltype(auto) await_resume();
};

}  // namespace internal

// Base of a promise: the scopes that are open in the coroutine's body.
class CoroutineScopes {
 public:
  template <class Awaitable>
  auto await_transform(Awaitable&& awaitable) {
    return Awaiting(std::forward<Awaitable>(awaitable));
  }

 protected:
  // What initial_suspend returns.
  template <class Awaitable>
  auto Begin(Awaitable awaitable) {
    return internal::ScopedAwaiter<Awaitable>{std::move(awaitable), *this};
  }

  // What final_suspend returns. Leaves the scopes at once: nothing is resumed behind it.
  template <class Awaitable>
  Awaitable End(Awaitable awaitable) noexcept {
    Leave();
    return awaitable;
  }

  // What an await_transform returns.
  template <class Awaitable>
  auto Awaiting(Awaitable&& awaitable) {
    using Awaiter = decltype(internal::AwaiterOf(std::forward<Awaitable>(awaitable)));
    return internal::ScopedAwaiter<Awaiter>{internal::AwaiterOf(std::forward<Awaitable>(awaitable)),
                                            *this};
  }

 private:
  template <class Awaiter>
  friend struct internal::ScopedAwaiter;

  void Enter() {
    if (running_) return;
    running_ = true;
    SwitchFiber(&outside_, &inside_);
  }
  void Leave() {
    if (!running_) return;
    running_ = false;
    SwitchFiber(&inside_, &outside_);
  }

  Fiber inside_{CaptureContext()};
  Fiber outside_;  // of the thread that resumed the coroutine
  bool running_ = false;
};

template <class Awaiter>
template <class Promise>
auto internal::ScopedAwaiter<Awaiter>::await_suspend(std::coroutine_handle<Promise> coroutine) {
  scopes.Leave();
  return awaiter.await_suspend(coroutine);
}

template <class Awaiter>
decltype(auto) internal::ScopedAwaiter<Awaiter>::await_resume() {
  scopes.Enter();
  return awaiter.await_resume();
}

}  // namespace plumbline

#endif  // PLUMBLINE_COROUTINE_H_
