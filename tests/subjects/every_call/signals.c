/* Waiting for signals, and the program's own handlers. SIGURG is the profiler's signal. */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "every_call.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static int handled;
static void on_signal(int number) {
  (void)number;
  ++handled;
}
static pthread_t self;
static void send_user_signal(void) { pthread_kill(self, SIGUSR1); }
static void send_urgent(void) { pthread_kill(self, SIGURG); }

#define MEANWHILE(action, wait)                                       \
  do {                                                                \
    pthread_t peer;                                                   \
    pthread_create(&peer, NULL, after_a_moment, (void*)(action));     \
    SAY(wait);                                                        \
    pthread_join(peer, NULL);                                         \
  } while (0)

static void waits(void) {
  const struct timespec brief = {0, 5000000}, bad = {-1, 0};
  sigset_t set, none;
  siginfo_t info;
  int number = 0;
  sigemptyset(&none);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  MEANWHILE(send_user_signal, sigwait(&set, &number));
  SAY(number == SIGUSR1);
  MEANWHILE(send_user_signal, sigwaitinfo(&set, &info));
  SAY(info.si_signo);
  MEANWHILE(send_user_signal, sigtimedwait(&set, &info, NULL));
  SAY(sigtimedwait(&set, &info, &brief));
  SAY(sigtimedwait(&set, NULL, &bad));
  signal(SIGUSR1, on_signal);
  MEANWHILE(send_user_signal, sigsuspend(&none));
  SAY(handled);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  MEANWHILE(send_user_signal, pause());
  extern int __sigpause(int, int);
  MEANWHILE(send_user_signal, __sigpause(0, 0));
  extern int __xpg_sigpause(int);
  MEANWHILE(send_user_signal, __xpg_sigpause(SIGUSR2));
  SAY(handled);
}

static void handlers(int number) {
  struct sigaction action = {.sa_handler = on_signal}, before;
  handled = 0;
  SAY(sigaction(number, NULL, &before));
  SAY(before.sa_handler == SIG_DFL);
  SAY(sigaction(number, &action, NULL));
  SAY(sigaction(number, NULL, &before));
  SAY(before.sa_handler == on_signal);
  SAY(before.sa_flags & (SA_RESTART | SA_SIGINFO));
  SAY(raise(number));
  SAY(handled);
  SAY(signal(number, SIG_IGN) == on_signal);
  SAY(raise(number));
  SAY(signal(number, SIG_ERR) == SIG_ERR);
  SAY(siginterrupt(number, 1));
  SAY(sysv_signal(number, on_signal) == SIG_IGN);
  SAY(raise(number));
  SAY(handled);
  SAY(signal(number, SIG_DFL) == SIG_DFL);
  SAY(sigset(number, on_signal) == SIG_DFL);
  SAY(sigset(number, SIG_HOLD) == on_signal);
  SAY(sigset(number, on_signal) == SIG_HOLD);
  SAY(raise(number));
  SAY(handled);
  SAY(sigignore(number));
  SAY(ssignal(number, SIG_DFL) == SIG_IGN);
  extern __sighandler_t bsd_signal(int, __sighandler_t);
  SAY(bsd_signal(number, SIG_DFL) == SIG_DFL);
}

/* What is blocked is what the program sees as blocked. */
static void masks(void) {
  sigset_t all, before, seen;
  sigfillset(&all);
  SAY(pthread_sigmask(SIG_SETMASK, &all, &before));
  SAY(sigismember(&before, SIGURG));
  SAY(pthread_sigmask(SIG_BLOCK, NULL, &seen));
  SAY(sigismember(&seen, SIGURG) + sigismember(&seen, SIGUSR1));
  SAY(sigprocmask(SIG_UNBLOCK, &all, &seen));
  SAY(sigismember(&seen, SIGURG));
  SAY(sigprocmask(SIG_SETMASK, &before, &seen));
  SAY(sigismember(&seen, SIGURG));
  SAY(sigprocmask(-1, &all, NULL));
  SAY(pthread_sigmask(-1, &all, NULL));
}

/* One that the program ignores does not end a call. */
static void ignored(void) {
  const struct timespec brief = {0, 30000000};
  struct timespec rest = {0, 0};
  MEANWHILE(send_urgent, nanosleep(&brief, &rest));
  SAY(rest.tv_nsec);
}

/* The program's own signals do end one. */
static void interrupted(void) {
  const struct timespec long_time = {5, 0};
  struct sigaction action = {.sa_handler = on_signal};
  struct timespec rest;
  char byte;
  int ends[2];
  sigaction(SIGUSR1, &action, NULL);
  SAY(pipe(ends));
  MEANWHILE(send_user_signal, nanosleep(&long_time, &rest));
  SAY(rest.tv_sec);
  MEANWHILE(send_user_signal, read(ends[0], &byte, 1));
  MEANWHILE(send_user_signal, sleep(5) == 5);
  SAY(close(ends[0]));
  SAY(close(ends[1]));
}

void call_signals(void) {
  self = pthread_self();
  waits();
  handlers(SIGUSR2);
  handlers(SIGURG);
  masks();
  ignored();
  interrupted();
  SAY(sigaction(-1, NULL, NULL));
}
