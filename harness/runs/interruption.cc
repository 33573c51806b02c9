#include "harness/runs/interruption.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "analysis/io/error.h"

namespace plumbline::harness {
namespace {

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
  return signals;
}

int open_signals() {
  const sigset_t signals = ending_signals();
  return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

Interruption::Interruption() : descriptor_(open_signals()) {
  if (descriptor() < 0) throw io::system_failure("signalfd", "cannot wait for signals", errno);
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, &former_mask_);
}

Interruption::~Interruption() { pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr); }

void Interruption::throw_if_any() const {
  signalfd_siginfo info{};
  if (read(descriptor(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    throw Interrupted{static_cast<int>(info.ssi_signo)};
  }
}

}  // namespace plumbline::harness
