#include "profiler/session/session.h"

#include <pthread.h>
#include <string.h>

#include <new>

#include "profiler/base/sys.h"
#include "profiler/capture/registry.h"
#include "profiler/capture/sampler.h"
#include "profiler/session/drain.h"
#include "profiler/session/modules.h"

namespace plumbline::session {

namespace {

using capture::recording;
using capture::SamplerKind;

constexpr std::int64_t kSecondNs = 1'000'000'000;

// The session's objects live in static memory and are made anew at each start: threads that come
// late to a session that has stopped must find mapped memory, and nothing is ever destroyed.
struct Session {
  RecordingWriter writer;
  Drain drain{writer};
};
alignas(Session) std::byte session_memory[sizeof(Session)];
Session* session = nullptr;
std::uint32_t last_generation = 0;
base::FixedText<512> problem;

SamplerKind choose_sampler(ClockChoice choice) {
  switch (choice) {
    case ClockChoice::kAuto:
      return capture::best_sampler();
    case ClockChoice::kPerf:
      return SamplerKind::kPerfTaskClock;
    case ClockChoice::kTimer:
      return SamplerKind::kThreadCpuTimer;
    case ClockChoice::kNone:
      return SamplerKind::kNone;
  }
  return SamplerKind::kNone;
}

std::string_view name_of(SamplerKind kind) {
  switch (kind) {
    case SamplerKind::kPerfTaskClock:
      return "perf_task_clock_user";
    case SamplerKind::kThreadCpuTimer:
      return "thread_cpu_timer";
    case SamplerKind::kNone:
      break;
  }
  return "none";
}

bool schedstat_works() {
  const int fd = capture::open_schedstat(base::sys::gettid());
  capture::Schedstat schedstat;
  const bool works = capture::read_schedstat(fd, schedstat);
  if (fd >= 0) base::sys::close(fd);
  return works;
}

void write_settings(const Options& options, ProcessRecords& records) {
  records.add_setting("profiler_version", PLUMBLINE_VERSION);
  records.add_setting("sampler", name_of(recording.sampler));
  records.add_setting("sampler_lockstep_risk",
                      recording.sampler == SamplerKind::kThreadCpuTimer ? "yes" : "no");
  records.add_setting("rate_hz", options.rate_hz);
  records.add_setting("period_jitter", "uniform 0.5 to 1.5");
  records.add_setting("unwinder", "frame_pointers");
  records.add_setting("cpu_clock", "thread_clock");  // until the self-test has passed
  records.add_setting("run_queue", schedstat_works() ? "schedstat" : "unavailable");
  records.add_setting("uninstrumented_wait", "voluntary_switches");
  records.add_setting("flush_ms", options.flush_ms);
  records.add_setting("ring_kib", options.ring_kib);
}

void configure(const Options& options) {
  recording.sampler = choose_sampler(options.clock);
  recording.sample_period_ns = kSecondNs / static_cast<std::int64_t>(options.rate_hz);
  recording.ring_bytes = options.ring_kib * 1024;
}

// A child of fork has one thread, no drain thread, and our file open: it records nothing.
void fall_silent_in_child() {
  recording.generation.store(0, std::memory_order_relaxed);
  capture::exclude_current_thread();
  session = nullptr;
}

void watch_forks() {
  static bool watching = false;
  if (!watching) watching = pthread_atfork(nullptr, nullptr, fall_silent_in_child) == 0;
}

const char* refuse(std::string_view what, std::string_view reason) {
  problem = {};
  problem.append(what).append(": ").append(reason);
  return problem.c_str();
}

void report_write_failure(const RecordingWriter& writer) {
  if (writer.failure() == 0) return;
  base::FixedText<256> line;
  line.append("plumbline: recording: ").append(strerrordesc_np(writer.failure()));
  line.append("; kept the first ").append_decimal(writer.bytes_written());
  line.append(" bytes, lost ").append_decimal(writer.bytes_lost()).append("\n");
  base::sys::write(STDERR_FILENO, line.c_str(), line.view().size());
}

}  // namespace

const char* start_session(const char* output, std::string_view options_text) {
  if (session != nullptr) return refuse("profiler", "is recording already");
  Options options;
  OptionError error;
  if (!parse_options(options_text, options, error)) return refuse("options", error.view());
  if (!capture::install_sample_handler()) return refuse("SIGURG", "no handler can be installed");
  session = new (session_memory) Session;
  if (const int failed = session->writer.open(output); failed != 0) {
    session = nullptr;
    return refuse(output, strerrordesc_np(failed));
  }
  configure(options);
  capture::prepare_registry();
  watch_forks();
  write_settings(options, session->drain.records());
  write_modules(session->drain.records());
  session->drain.records().flush();
  recording.generation.store(++last_generation, std::memory_order_release);
  if (!session->drain.start(options)) {
    recording.generation.store(0, std::memory_order_relaxed);
    session->writer.close();
    session = nullptr;
    return refuse("drain thread", "cannot be created");
  }
  capture::recording_thread();  // introduces the calling thread
  return nullptr;
}

void stop_session() {
  if (session == nullptr) return;
  const std::uint32_t generation = base::read(recording.generation);
  capture::Thread* thread = capture::recording_thread();
  if (thread != nullptr) capture::write_thread_end(*thread);
  recording.generation.store(0, std::memory_order_release);
  capture::for_each_thread([&](capture::Thread& other) {
    if (base::read(other.generation) == generation) capture::silence_sampler(other);
  });
  session->drain.stop();
  report_write_failure(session->writer);
  session = nullptr;
}

}  // namespace plumbline::session
