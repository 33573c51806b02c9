/* Says what a call gave, in words that are the same in every run: its result, errno, and no address
 * or time. Included by the parts of the every_call program. */
#ifndef EVERY_CALL_H
#define EVERY_CALL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* errno is 77 before each call, so that one that leaves it alone is seen to. */
#define SAY(call)                      \
  do {                                 \
    errno = 77;                        \
    const long result_ = (long)(call); \
    const int errno_ = errno;          \
    say(#call, result_, errno_);       \
  } while (0)
/* The same for what gives a pointer: null or not. */
#define SAY_POINTER(call) SAY((call) != NULL)
/* And for what gives nothing. */
#define SAY_VOID(call) SAY(((call), 0))

void say(const char* call, long result, int error);
void say_text(const char* what, const char* text, long length);

/* So that the compiler cannot tell how much is read: the checked forms are called then. */
extern volatile size_t known_only_at_run_time;

void* after_a_moment(void* action); /* for pthread_create: 10 ms, then (void (*)(void))action */

void call_files(void);
void call_file_names(void);
void call_directories(void);
void call_streams(void);
void call_wide_streams(void);
void call_sockets(void);
void call_polls(void);
void call_locks(void);
void call_threads(void);
void call_signals(void);
void call_processes(void);
void call_odd_names(void);

#endif
