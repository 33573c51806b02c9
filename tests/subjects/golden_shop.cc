// The program of the golden recordings (tests/golden/README.md): everything that the analysis tells
// apart, each by construction. Its figures are asserted in tests/analysis/golden_*_test.cc.
//
// Usage: golden_shop [slower]
// 40 times on the main thread a request "GET /report", whose span is called "HTTP GET" until its
// endpoint is named at its very end. In it:
//   "query"      a child on another thread, 2 ms asleep, that overlaps its parent's work
//   "render"     a child on this thread: burn_hot and, a third of it, burn_cold
//   "audit"      a child on another thread, still asleep when its parent has ended
//   "forgotten"  a span that is never activated
//   a wait for g_catalogue, which "POST /rebuild" (a request on another thread) holds for 2 ms
//   a reply over a socket from "GET /stock": a request of its own, whose parent is this one
//   a read from a terminal (1 ms), and a sleep that no hook sees (1 ms, an inline system call)
// 40 times "POST /order", handed to another thread, which takes it up 1 ms later. One "GET /idle".
// A thread without a span burns throughout. "slower": POST /order burns half as much again, and
// there is a new endpoint, "GET /export".
#include <fcntl.h>
#include <plumbline/trace.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace {

constexpr int kRequests = 40;
const plumbline::Tracer g_tracer = plumbline::GetTracer("golden_shop");

// ---- what takes time ----

std::atomic<bool> g_stop{false};
volatile std::uint64_t g_sink;

[[gnu::always_inline]] inline std::uint64_t spin(std::uint64_t value, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    value = ((value * 6364136223846793005u + 1) * 3202034522624059733u + 3) * 5;  // the hot line
  }
  return value;
}

[[gnu::noinline]] void burn_hot() { g_sink = spin(g_sink, 9'000'000); }
[[gnu::noinline]] void burn_cold() { g_sink = spin(g_sink, 3'000'000); }
[[gnu::noinline]] void burn_order(int rounds) { g_sink = spin(g_sink, rounds); }
[[gnu::noinline]] void burn_export() { g_sink = spin(g_sink, 4'000'000); }

[[gnu::noinline]] void* burn_unrelated(void*) {
  while (!g_stop.load(std::memory_order_relaxed)) g_sink = g_sink * 3 + 1;
  return nullptr;
}

[[gnu::noinline]] void sleep_ms(int ms) {
  usleep(static_cast<useconds_t>(ms) * 1000);
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void sleep_unseen_ms(long ms) {
  const timespec duration = {0, ms * 1'000'000};
  long result = SYS_nanosleep;
  asm volatile("syscall" : "+a"(result) : "D"(&duration), "S"(nullptr) : "rcx", "r11", "memory");
}

// ---- threads that take one job at a time ----

struct Job {
  void (*run)(const plumbline::SpanContext&) = nullptr;
  plumbline::SpanContext context{};
};

class Worker {
 public:
  Worker() {
    sem_init(&posted_, 0, 0);
    sem_init(&done_, 0, 0);
    pthread_create(
        &thread_, nullptr,
        [](void* self) -> void* {
          static_cast<Worker*>(self)->loop();
          return nullptr;
        },
        this);
  }
  ~Worker() {
    post({});
    pthread_join(thread_, nullptr);
  }
  void post(const Job& job) {
    job_ = job;
    sem_post(&posted_);
  }
  void wait() { sem_wait(&done_); }

 private:
  void loop() {
    for (;;) {
      sem_wait(&posted_);
      if (job_.run == nullptr) return;
      job_.run(job_.context);
      sem_post(&done_);
    }
  }

  Job job_;
  sem_t posted_, done_;
  pthread_t thread_{};
};

// ---- a request's parts on other threads ----

pthread_mutex_t g_catalogue = PTHREAD_MUTEX_INITIALIZER;
sem_t g_catalogue_taken, g_parent_ended;
int g_stock[2];            // a pair of sockets
int g_terminal, g_screen;  // both ends of a terminal

void query(const plumbline::SpanContext& context) {
  auto continued = plumbline::ActivateContext(context);
  auto span = g_tracer.StartActiveSpan("query");
  sleep_ms(2);
}

// Ends 1 ms after its parent did.
void audit(const plumbline::SpanContext& context) {
  auto continued = plumbline::ActivateContext(context);
  auto span = g_tracer.StartActiveSpan("audit");
  sem_wait(&g_parent_ended);
  sleep_ms(1);
}

[[gnu::noinline]] void rebuild_catalogue() {
  pthread_mutex_lock(&g_catalogue);
  sem_post(&g_catalogue_taken);
  sleep_ms(2);
  pthread_mutex_unlock(&g_catalogue);
}

void rebuild(const plumbline::SpanContext&) {
  auto span = g_tracer.StartActiveSpan("POST /rebuild");
  rebuild_catalogue();
}

[[gnu::noinline]] void read_catalogue() {
  sem_wait(&g_catalogue_taken);
  pthread_mutex_lock(&g_catalogue);
  pthread_mutex_unlock(&g_catalogue);
}

// As when a request comes over the network: a root in this process, below a span of another one.
void stock(const plumbline::SpanContext& caller) {
  const auto* api = plumbline::internal::RecordingApi();
  plumbline::SpanContext context = caller;
  context.captured_ns = 0;
  context.span_id = caller.span_id ^ 0x5a5a5a5a5a5a5a5au;
  context.root_span_id = context.span_id;
  if (api != nullptr) api->start_span_as(0, "GET /stock", 10, caller.span_id, &context);
  {
    auto scope = plumbline::ActivateContext(context);
    sleep_ms(1);
    if (write(g_stock[1], "7", 1) != 1) abort();
  }
  if (api != nullptr) api->end_span(&context);
}

void type_in(const plumbline::SpanContext&) {
  sleep_ms(1);
  if (write(g_screen, "y\n", 2) != 2) abort();
}

int g_order_rounds = 1'500'000;

void order(const plumbline::SpanContext& context) {
  sleep_ms(1);  // in the queue
  auto continued = plumbline::ActivateContext(context);
  burn_order(g_order_rounds);
}

// ---- requests ----

struct Workers {
  Worker query, audit, batch, stock, typist, orders;
};

[[gnu::noinline]] void ask_stock(Workers& workers) {
  workers.stock.post({stock, plumbline::CaptureContext()});
  char reply;
  if (read(g_stock[0], &reply, 1) != 1) abort();
  workers.stock.wait();
}

[[gnu::noinline]] void ask_terminal(Workers& workers) {
  workers.typist.post({type_in, {}});
  char line[8];
  if (read(g_terminal, line, sizeof line) <= 0) abort();
  workers.typist.wait();
}

void report(Workers& workers) {
  auto span = g_tracer.StartSpan("HTTP GET");
  {
    auto scope = plumbline::Tracer::WithActiveSpan(span);
    auto forgotten = g_tracer.StartSpan("forgotten");
    workers.query.post({query, plumbline::CaptureContext()});
    workers.audit.post({audit, plumbline::CaptureContext()});
    {
      auto render = g_tracer.StartActiveSpan("render");
      burn_hot();
      burn_cold();
    }
    workers.batch.post({rebuild, {}});
    read_catalogue();
    ask_stock(workers);
    ask_terminal(workers);
    sleep_unseen_ms(1);
    workers.query.wait();
    workers.batch.wait();
  }
  span.SetEndpoint("GET /report");
  span.End();
  sem_post(&g_parent_ended);
  workers.audit.wait();
}

void place_order(Workers& workers) {
  auto span = g_tracer.StartSpan("POST /order");
  plumbline::SpanContext context;
  {
    auto scope = plumbline::Tracer::WithActiveSpan(span);
    context = plumbline::CaptureContext();
  }
  workers.orders.post({order, context});
  workers.orders.wait();
}

void export_all() {
  auto span = g_tracer.StartActiveSpan("GET /export");
  burn_export();
}

void open_channels() {
  sem_init(&g_catalogue_taken, 0, 0);
  sem_init(&g_parent_ended, 0, 0);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, g_stock) != 0) abort();
  g_screen = posix_openpt(O_RDWR | O_NOCTTY);
  if (g_screen < 0 || grantpt(g_screen) != 0 || unlockpt(g_screen) != 0) abort();
  g_terminal = open(ptsname(g_screen), O_RDWR | O_NOCTTY);
  if (g_terminal < 0) abort();
  termios settings;
  tcgetattr(g_terminal, &settings);
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(g_terminal, TCSANOW, &settings);
}

}  // namespace

int main(int argc, char** argv) {
  const bool slower = argc > 1 && strcmp(argv[1], "slower") == 0;
  if (slower) g_order_rounds += g_order_rounds / 2;
  open_channels();
  pthread_t unrelated;
  pthread_create(&unrelated, nullptr, burn_unrelated, nullptr);
  {
    Workers workers;
    for (int i = 0; i < kRequests; ++i) {
      report(workers);
      place_order(workers);
      if (slower && i % 2 == 0) export_all();
    }
    { auto idle = g_tracer.StartActiveSpan("GET /idle"); }
  }
  g_stop = true;
  pthread_join(unrelated, nullptr);
}
