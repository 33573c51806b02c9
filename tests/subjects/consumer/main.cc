// A service of somebody else: answers three requests and says what it sees of the profiler.
// Usage: PROGRAM [RECORDING]    with RECORDING it starts and stops the profiler itself.
// Where CONSUMER_DLOPEN names a library, it is loaded first, as a plug-in would be.
#include <dlfcn.h>
#include <plumbline/profiler.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace {

int count_in(const char* folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

bool mapped(const std::string& name) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(name) != std::string::npos) return true;
  }
  return false;
}

void say_what_there_is(const char* when) {
  struct sigaction urgent {};
  sigaction(SIGURG, nullptr, &urgent);
  const bool recorded = urgent.sa_handler != SIG_DFL;
  // A joined thread may stay in /proc for a moment: 2 were counted on a busy machine. While a
  // recording runs its own thread is there to stay.
  for (int tries = 0; !recorded && tries < 100 && count_in("/proc/self/task") > 1; ++tries) {
    usleep(10'000);
  }
  std::printf("%s: %d threads, %d descriptors, SIGURG %s, context %s\n", when,
              count_in("/proc/self/task"), count_in("/proc/self/fd"),
              recorded ? "handled" : "default", mapped("OTEL_CTX") ? "published" : "none");
}

// Reads one character through a pipe, with the function that the program calls `read`.
char through_a_pipe(char character) {
  int ends[2];
  char read_back = '?';
  if (pipe(ends) != 0 || write(ends[1], &character, 1) != 1 || read(ends[0], &read_back, 1) != 1) {
    std::puts("the pipe failed");
  }
  close(ends[0]);
  close(ends[1]);
  return read_back;
}

void answer_requests() {
  const auto tracer = plumbline::GetTracer("consumer");
  for (const char name : {'a', 'b', 'c'}) {
    auto span = tracer->StartSpan("GET /" + std::string(1, name));
    auto scope = tracer->WithActiveSpan(span);
    std::thread([context = plumbline::CaptureContext()] {
      auto handed_over = plumbline::ActivateContext(context);
      usleep(1'000);
    }).join();
    std::printf("%c", through_a_pipe(name));
    span->SetEndpoint("GET /{name}");
  }
  std::puts("");
}

}  // namespace

int main(int count, char** words) {
  if (const char* library = std::getenv("CONSUMER_DLOPEN")) {
    if (dlopen(library, RTLD_NOW | RTLD_GLOBAL) == nullptr) std::puts(dlerror());
  }
  std::printf("profiler %s\n", plumbline::ProfilerPresent() ? "present" : "absent");
  say_what_there_is("before");
  std::string problem;
  if (count > 1) problem = plumbline::StartProfiler({.output = words[1], .options = ""});
  if (!problem.empty()) std::printf("not recording: %s\n", problem.c_str());
  answer_requests();
  if (count > 1) plumbline::StopProfiler();
  say_what_there_is("after");
  return 0;
}
