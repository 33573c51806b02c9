#include "profiler/session/session.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

#include <new>

#include "profiler/base/sys.h"
#include "profiler/capture/libunwind_walk.h"
#include "profiler/capture/names.h"
#include "profiler/capture/registry.h"
#include "profiler/capture/sampler.h"
#include "profiler/capture/span.h"
#include "profiler/hooks/library_hooks.h"
#include "profiler/hooks/process_end.h"
#include "profiler/session/cpu_clock_choice.h"
#include "profiler/session/drain.h"
#include "profiler/session/first_copy.h"
#include "profiler/session/libunwind.h"
#include "profiler/session/modules.h"
#include "profiler/session/process_context.h"

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

std::string_view name_of(capture::Unwinder unwinder) {
  switch (unwinder) {
    case capture::Unwinder::kRules:
      break;
    case capture::Unwinder::kFramePointers:
      return "frame_pointers";
    case capture::Unwinder::kLibunwind:
      return "cfi, of waits libunwind";
  }
  return "cfi";
}

bool schedstat_works() {
  capture::Schedstat schedstat;
  return capture::read_schedstat(base::sys::gettid(), -1, schedstat);
}

void write_settings(const Options& options, std::string_view compression, ProcessRecords& records) {
  records.add_setting("profiler_version", PLUMBLINE_VERSION);
  records.add_setting("sampler",
                      format::kSampleClockIds[static_cast<std::size_t>(recording.sampler)]);
  // "some_threads" once the perf clock was refused to one of them.
  records.add_setting("lockstep_risk",
                      recording.sampler == SamplerKind::kThreadCpuTimer ? "yes" : "no");
  records.add_setting("rate_hz", options.asked_rate_hz());
  records.add_setting("rate_by", options.rate_hz != 0 ? "asked" : "default");
  records.add_setting("budget_percent", options.budget_in_force());
  records.add_setting("period_jitter", "uniform 0.5 to 1.5, one for four samples");
  records.add_setting("unwinder", name_of(options.unwinder));
  records.add_setting("cpu_clock", "thread_clock");  // until the self-test has passed
  records.add_setting("run_queue", schedstat_works() ? "schedstat" : "unavailable");
  records.add_setting("uninstrumented_wait", "voluntary_switches");
  records.add_setting("compress", compression);
  records.add_setting("flush_ms", options.flush_ms);
  records.add_setting("ring_kib", options.ring_kib);
  records.add_setting("endpoints", options.endpoints);
}

// How blocks are stored from here on.
std::string_view choose_compression(const Options& options, RecordingWriter& writer) {
  if (!options.compress) return "no";
  return writer.compress_blocks() ? "zstd" : "no (no memory)";
}

void configure(const Options& options) {
  recording.sampler = choose_sampler(options.clock);
  recording.sample_period_ns.store(kSecondNs / static_cast<std::int64_t>(options.asked_rate_hz()),
                                   std::memory_order_relaxed);
  recording.unwinder = options.unwinder;
  recording.ring_bytes = options.ring_kib * 1024;
  capture::reset_endpoints(static_cast<std::uint32_t>(options.endpoints));
}

// What a child that follows is started with.
base::FixedText<PATH_MAX> last_output;
base::FixedText<1024> last_options;
bool follow_children = false;

// A child of fork has one thread, no drain thread and none of our files. It records to a file of
// its own, or nothing.
void begin_anew_in_child() {
  release_loader_after_fork();
  if (session == nullptr) return;
  recording.generation.store(0, std::memory_order_relaxed);
  capture::hide_context();
  forget_process_context();
  capture::forget_threads_of_parent();
  session = nullptr;
  if (follow_children) {
    start_session(last_output.c_str(), last_options.view());
  } else {
    capture::exclude_current_thread();
  }
}

void watch_forks() {
  static bool watching = false;
  if (watching) return;
  watching =
      pthread_atfork(hold_loader_for_fork, release_loader_after_fork, begin_anew_in_child) == 0;
}

// Where children are followed, the file that is asked for belongs to the first process that comes;
// the others put their id before the extension, and a number where even that is taken (exec).
int open_output(RecordingWriter& writer, std::string_view output, bool follow) {
  int failed = writer.open(output.data());
  const std::size_t dot = output.rfind('.'), slash = output.rfind('/');
  const bool has_extension =
      dot != output.npos && (slash == output.npos || dot > slash) && dot != 0;
  const std::size_t stem_bytes = has_extension ? dot : output.size();
  constexpr std::uint64_t kMostTries = 1000;
  for (std::uint64_t number = 1; follow && failed == EEXIST && number < kMostTries; ++number) {
    base::FixedText<PATH_MAX> path;
    path.append({output.data(), stem_bytes}).append(".");
    path.append_decimal(static_cast<std::uint64_t>(base::sys::getpid()));
    if (number > 1) path.append("-").append_decimal(number);
    path.append({output.data() + stem_bytes, output.size() - stem_bytes});
    failed = writer.open(path.c_str());
  }
  return failed;
}

void bring_up_to_date() {
  if (session != nullptr) session->drain.flush_now();
}

void follow_library_change() {
  capture::forget_unwound_code();
  bring_up_to_date();
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
  if (!is_first_copy()) return refuse("profiler", "another copy of it is in this process");
  if (session != nullptr) return refuse("profiler", "is recording already");
  Options options;
  OptionError error;
  if (!parse_options(options_text, options, error)) return refuse("options", error.view());
  if (options.unwinder == capture::Unwinder::kLibunwind) {
    if (const char* reason = open_libunwind(); reason != nullptr) {
      return refuse("option unwind=libunwind", reason);
    }
  }
  if (!capture::install_sample_handler()) return refuse("SIGURG", "no handler can be installed");
  session = new (session_memory) Session;
  if (const int failed = open_output(session->writer, output, options.follow); failed != 0) {
    session = nullptr;
    return refuse(output, strerrordesc_np(failed));
  }
  if (output != last_output.c_str()) (last_output = {}).append(output);
  if (options_text.data() != last_options.c_str()) (last_options = {}).append(options_text);
  follow_children = options.follow;
  configure(options);
  capture::prepare_registry();
  watch_forks();
  const std::string_view compression = choose_compression(options, session->writer);
  write_settings(options, compression, session->drain.records());
  session->drain.records().add_setting("process_context", publish_process_context());
  session->drain.records().add_setting("thread_context",
                                       thread_context_is_ours() ? "ours" : "another_library");
  session->drain.modules().look(session->drain.records());
  session->drain.records().flush();
  recording.generation.store(++last_generation, std::memory_order_release);
  hooks::on_process_end.store(bring_up_to_date, std::memory_order_relaxed);
  hooks::on_libraries_changed.store(follow_library_change, std::memory_order_release);
  if (!session->drain.start(options)) {
    recording.generation.store(0, std::memory_order_relaxed);
    withdraw_process_context();
    session->writer.close();
    session = nullptr;
    return refuse("drain thread", "cannot be created");
  }
  capture::recording_thread();  // introduces the calling thread
  return nullptr;
}

bool follows_children() { return follow_children; }

void stop_session() {
  if (session == nullptr) return;
  const std::uint32_t generation = base::read(recording.generation);
  capture::Thread* thread = capture::recording_thread();
  if (thread != nullptr) capture::write_thread_end(*thread);
  recording.generation.store(0, std::memory_order_release);
  stop_trusting_switch_flags();  // before the rings are silenced
  capture::for_each_thread([&](capture::Thread& other) {
    if (base::read(other.generation) != generation) return;
    capture::silence_sampler(other);
    other.clock.silence();
    other.shown.hide();
  });
  withdraw_process_context();
  session->drain.stop();
  report_write_failure(session->writer);
  session = nullptr;
}

}  // namespace plumbline::session
