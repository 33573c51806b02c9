/* A tracer of somebody else, in C: it has ids of its own and publishes its spans through
 * plumbline/context.h. Called by foreign_tracer_test.cc, which knows what must be in the recording.
 */
#include "tests/subjects/foreign_tracer.h"

#include <dlfcn.h>
#include <plumbline/context.h>
#include <pthread.h>
#include <string.h>

static const struct plumbline_api* api;
static uint32_t tracer_name;

/* As W3C writes ids: the first byte is the most significant. */
static uint64_t number_of(const unsigned char* bytes) {
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  return number;
}

/* What a tracer would keep in its own span object. */
struct foreign_span {
  unsigned char trace_id[16];
  unsigned char span_id[8];
  struct plumbline_span_context published;
};

static void start(struct foreign_span* span, const struct foreign_span* parent, const char* name,
                  unsigned char id) {
  memset(span, 0, sizeof *span);
  memset(span->trace_id, parent != NULL ? parent->trace_id[0] : id, sizeof span->trace_id);
  memset(span->span_id, id, sizeof span->span_id);
  span->published.trace_id_high = number_of(span->trace_id);
  span->published.trace_id_low = number_of(span->trace_id + 8);
  span->published.span_id = number_of(span->span_id);
  span->published.root_span_id =
      parent != NULL ? parent->published.root_span_id : span->published.span_id;
  if (api == NULL || !PLUMBLINE_API_HAS(api, start_span_as)) return;
  api->start_span_as(tracer_name, name, strlen(name),
                     parent != NULL ? parent->published.span_id : 0, &span->published);
}

static void* work_elsewhere(void* argument) {
  const struct foreign_span* root = argument;
  struct plumbline_scope scope;
  struct foreign_span child;
  api->enter_scope(&root->published, &scope);
  start(&child, root, "child elsewhere", 3);
  api->end_span(&child.published);
  api->leave_scope(&scope);
  api->end_span(&root->published); /* not where it was started */
  return NULL;
}

int publish_foreign_spans(void) {
  struct foreign_span root, child;
  struct plumbline_scope root_scope, child_scope;
  pthread_t thread;
  api = dlsym(RTLD_DEFAULT, PLUMBLINE_API_SYMBOL);
  if (api == NULL) return -1;
  tracer_name = api->intern("foreign", strlen("foreign"));
  start(&root, NULL, "request", 1);
  api->enter_scope(&root.published, &root_scope);
  start(&child, &root, "child", 2);
  api->enter_scope(&child.published, &child_scope);
  api->leave_scope(&child_scope);
  api->end_span(&child.published);
  api->leave_scope(&root_scope);
  api->set_endpoint(&root.published, "GET /foreign#late", strlen("GET /foreign#late"));
  if (pthread_create(&thread, NULL, work_elsewhere, &root) != 0) return -1;
  pthread_join(thread, NULL);
  return 0;
}
