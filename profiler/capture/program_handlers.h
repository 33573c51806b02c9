// The program's own signal handlers, counted as they run.
//
// A call that gave EINTR while one of them ran was interrupted by the program, whatever else came.
// Our handler cannot tell by itself: behind the program's handler the registers are as behind the
// call, and the tick that wakes a sleeping machine makes our signal come just then (the EINTR of a
// pipe's reader was hidden in 1 of 20, which waited for ever). So the kernel is given a trampoline
// in place of each handler: it counts and jumps on, without a frame of its own, and the program
// sees its own handler as installed. One installed by the bare system call is not counted, nor one
// that runs on a thread that has never recorded.
// Called by the hooks of sigaction and its kin, of calls that are made anew, by the sample handler.
// Thread rule: any thread. Two that set one signal's handler at once may leave the handler of one
// with the flags of the other. Signal rule: async-signal-safe. Failure: none.
#pragma once

#include <signal.h>

namespace plumbline::capture {

// One change of a signal's handler: made before the system call, asked after it. `handler` may be
// SIG_DFL, SIG_IGN or SIG_HOLD, which are the kernel's own; SIG_ERR changes nothing.
class HandlerChange {
 public:
  HandlerChange(int number, sighandler_t handler);
  // What the kernel is to be given.
  sighandler_t for_kernel() const { return for_kernel_; }
  // What the program had before, where the kernel had `replaced`.
  sighandler_t for_program(sighandler_t replaced) const;

 private:
  sighandler_t for_kernel_;
  sighandler_t before_ = SIG_DFL;
};

}  // namespace plumbline::capture
