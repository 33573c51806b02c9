/* The C interface between a program and Plumbline's profiler: one versioned table of functions.
 *
 * Included by trace.h and profiler.h, and by C programs or tracers that bring their own spans.
 * A program never links against the profiler: it looks the table up once, with
 * dlsym(RTLD_DEFAULT, PLUMBLINE_API_SYMBOL), and finds it when libplumbline.so was linked or
 * preloaded. (A weak symbol would stay null in a -no-pie executable under LD_PRELOAD.)
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

/* An open scope: what was active before it. Lives in the caller's frame; never copied. */
struct plumbline_scope {
  struct plumbline_span_context previous;
  void* thread; /* the thread that opened it; a leave on another thread is ignored and counted */
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
};

#ifdef __cplusplus
}
#endif

#endif /* PLUMBLINE_CONTEXT_H_ */
