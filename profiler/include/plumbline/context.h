/* The C interface between a program and Plumbline's profiler: one versioned table of functions.
 *
 * Included by trace.h and profiler.h, and by C programs or tracers that bring their own spans.
 * A program never links against the profiler: it looks the table up once, with
 * dlsym(RTLD_DEFAULT, PLUMBLINE_API_SYMBOL), and finds it when libplumbline.so was linked or
 * preloaded. (A weak symbol would stay null in a -no-pie executable under LD_PRELOAD.)
 *
 * A tracer with ids of its own publishes its spans like this (tests/subjects/foreign_tracer.c):
 *
 *   const struct plumbline_api* api = dlsym(RTLD_DEFAULT, PLUMBLINE_API_SYMBOL);
 *   struct plumbline_span_context span = {high, low, span_id, root_span_id, 0};
 *   if (api != NULL && PLUMBLINE_API_HAS(api, start_span_as))
 *     api->start_span_as(tracer_name, name, strlen(name), parent_span_id, &span);
 *   ...
 *   struct plumbline_scope scope;          // on each thread that works on it
 *   api->enter_scope(&span, &scope);
 *   ...
 *   api->leave_scope(&scope);              // there, in reverse order
 *   ...
 *   api->set_endpoint(&span, route, strlen(route));   // any thread, until the root ends
 *   api->end_span(&span);                             // any thread
 *
 * Ids are numbers: the first byte of their W3C form is the most significant. They must be unique in
 * the process. Contexts are values: the tracer keeps a span's beside its own span.
 *
 * The innermost active span of a thread is also published for readers outside of the process, as
 * the OpenTelemetry thread context (OTEP 4947, variable otel_thread_ctx_v1), while a session
 * records.
 *
 * Names are cut at '?' and '#' and at 255 bytes, never inside a UTF-8 character; otherwise they are
 * bytes. Of the names of endpoints only so many count (option `endpoints`), the rest is `<other>`.
 *
 * Thread rule: every function may be called from any thread.
 * Signal rule: the span and scope functions are async-signal-safe; start and stop are not.
 * Failure rule: nothing here fails the program. Without an active session the functions write
 * zeroed results and return. No function changes errno.
 */
#ifndef PLUMBLINE_CONTEXT_H_
#define PLUMBLINE_CONTEXT_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLUMBLINE_API_SYMBOL "plumbline_api_v1"

/* Identity of a span in this process. span_id 0: no span. */
struct plumbline_span_context {
  uint64_t trace_id_high;
  uint64_t trace_id_low;
  uint64_t span_id;
  uint64_t root_span_id; /* outermost span of the trace in this process: names the endpoint */
  int64_t captured_ns;   /* CLOCK_MONOTONIC at capture for a hand-over; 0 otherwise */
};

/* What is active in a fiber or coroutine while it does not run: see switch_fiber. One for each,
 * and one for the stack of each thread that switches to them. Begins zeroed; `active` may be set to
 * a span that the fiber begins with. Neither copied nor moved while scopes are open in it. */
struct plumbline_fiber {
  struct plumbline_span_context active;
  void* scopes_of;  /* the library's */
  uint64_t session; /* the library's */
};

/* An open scope: what was active before it. Lives in the caller's frame; never copied. */
struct plumbline_scope {
  struct plumbline_span_context previous;
  void* thread; /* who opened it, thread or fiber: a leave by another is ignored and counted */
};

struct plumbline_api {
  uint32_t size_bytes; /* sizeof of the table as the library knows it: it may grow at its end */
  uint32_t reserved;

  /* Number for a name (tracer, span), the same for equal names. 0: the table is full. */
  uint32_t (*intern)(const char* name, size_t length);

  /* Starts a span below `parent`, or below the thread's active span when `parent` is null; with
   * neither it is a local root and its name is the endpoint. Does not activate it. */
  void (*start_span)(uint32_t tracer_name, const char* name, size_t length,
                     const struct plumbline_span_context* parent,
                     struct plumbline_span_context* span);
  void (*end_span)(const struct plumbline_span_context* span);

  /* Names the endpoint of the span's local root; the last call before the root ends wins.
   * The name is cut at '?' and '#'. */
  void (*set_endpoint)(const struct plumbline_span_context* span, const char* name, size_t length);

  /* Makes `span` the thread's innermost active span until leave_scope. */
  void (*enter_scope)(const struct plumbline_span_context* span, struct plumbline_scope* scope);
  void (*leave_scope)(const struct plumbline_scope* scope);

  /* start_span + enter_scope with one clock read, and leave_scope + end_span likewise. */
  void (*enter_span)(uint32_t tracer_name, const char* name, size_t length,
                     struct plumbline_span_context* span, struct plumbline_scope* scope);
  void (*leave_span)(const struct plumbline_span_context* span,
                     const struct plumbline_scope* scope);

  /* The thread's active span, stamped for a hand-over to another thread. */
  void (*capture)(struct plumbline_span_context* span);

  /* Starts recording to the new file `output`. `options` as PLUMBLINE_OPTIONS. Returns null, or
   * one line that says why it did not start. Control thread only. */
  const char* (*start)(const char* output, const char* options);
  /* Stops and completes the file. Control thread only. */
  void (*stop)(void);

  /* From here on the table may be shorter: ask PLUMBLINE_API_HAS first. */

  /* Call it where a thread switches stacks, on that thread, just before: what is active is kept in
   * `from`, and what was active when `to` last ran (on any thread) is active from now on. The time
   * in between is on no thread. Null `from`: it has ended. Null `to`: nothing is active. */
  void (*switch_fiber)(struct plumbline_fiber* from, struct plumbline_fiber* to);

  /* start_span for a tracer with ids of its own: all fields of `span` but captured_ns are the
   * caller's. root_span_id is that of the parent's context when the parent is in this process, and
   * span_id otherwise; parent_span_id may be of another process, 0: none. */
  void (*start_span_as)(uint32_t tracer_name, const char* name, size_t length,
                        uint64_t parent_span_id, const struct plumbline_span_context* span);

  /* Not 0 while a session records. With 0 the span functions would do nothing: not to call them
   * at all is what makes a linked but idle profiler cost 2 ns a span. Read it atomically. */
  const uint32_t* recording;

  /* For other copies of the library in the process, which leave the work to the first. */
  void (*report_copy)(void);
};

/* True when the library's table reaches as far as `function`, which came after `stop`. */
#define PLUMBLINE_API_HAS(api, function) \
  ((api)->size_bytes >= offsetof(struct plumbline_api, function) + sizeof((api)->function))

#ifdef __cplusplus
}
#endif

#endif /* PLUMBLINE_CONTEXT_H_ */
