/* poll, select, epoll: nothing there, something there, a mistake, a time limit. */
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "every_call.h"

static const struct timespec none = {0, 0}, bad = {-1, 0}, brief = {0, 5000000};

static void polls(int fd) {
  struct pollfd watched[4] = {{fd, POLLIN, 0}, {-1, POLLIN, 0}};
  volatile nfds_t count = 2;
  SAY(poll(watched, count, 0));
  SAY(watched[0].revents);
  SAY(poll(NULL, 0, 5));
  SAY(poll(watched, 1, -1));
  SAY(poll(NULL, 100000000, 0));
  SAY(ppoll(watched, count, &none, NULL));
  SAY(ppoll(NULL, 0, &brief, NULL));
  SAY(ppoll(watched, 1, &bad, NULL));
}

static void selects(int fd) {
  fd_set set;
  struct timeval no_time = {0, 0}, bad_time = {-1, 0};
  FD_ZERO(&set);
  FD_SET(fd, &set);
  SAY(select(fd + 1, &set, NULL, NULL, NULL));
  SAY(FD_ISSET(fd, &set) != 0);
  SAY(select(0, NULL, NULL, NULL, &no_time));
  SAY(select(0, NULL, NULL, NULL, &bad_time));
  SAY(select(-1, NULL, NULL, NULL, NULL));
  SAY(pselect(fd + 1, &set, NULL, NULL, &brief, NULL));
  SAY(pselect(0, NULL, NULL, NULL, &bad, NULL));
}

static void epolls(int fd) {
  struct epoll_event event = {.events = EPOLLIN};
  const int set = epoll_create1(0);
  SAY(epoll_wait(set, &event, 1, 0));
  SAY(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
  SAY(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
  SAY(epoll_wait(set, &event, 1, -1));
  SAY(epoll_wait(set, &event, 0, 0));
  SAY(epoll_wait(-1, &event, 1, 0));
  SAY(epoll_pwait(set, &event, 1, 5, NULL));
  SAY(epoll_pwait2(set, &event, 1, &brief, NULL));
  SAY(epoll_pwait2(set, &event, 1, &bad, NULL));
  SAY(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL));
  SAY(epoll_wait(set, &event, 1, 5));
  SAY(close(set));
}

void call_polls(void) {
  int ends[2];
  SAY(pipe(ends));
  SAY(write(ends[1], "x", 1));
  polls(ends[0]);
  selects(ends[0]);
  epolls(ends[0]);
  SAY(close(ends[0]));
  SAY(close(ends[1]));
}
