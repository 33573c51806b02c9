// Starting and stopping the profiler from the program itself.
//
// For programs that link libplumbline.so, or that were preloaded without PLUMBLINE_OUTPUT.
// Linking alone starts nothing: no thread, no handler, no file.
//
// Thread rule: one control thread. Signal rule: not from handlers. Failure rule: StartProfiler
// returns one line that says why it did not start; the program goes on unprofiled.
#ifndef PLUMBLINE_PROFILER_H_
#define PLUMBLINE_PROFILER_H_

#include <plumbline/trace.h>

#include <string>

namespace plumbline {

struct ProfilerOptions {
  // The recording to write. It must not exist yet.
  std::string output;
  // Comma-separated `key=value`, the same as in PLUMBLINE_OPTIONS; profiler/README.md lists them.
  std::string options;
};

// True when libplumbline.so is in this process.
inline bool ProfilerPresent() { return internal::Api() != nullptr; }

// Starts recording. Empty result: started. Otherwise one line with the reason.
inline std::string StartProfiler(const ProfilerOptions& options) {
  const auto* api = internal::Api();
  if (api == nullptr) return "libplumbline.so is not loaded; link it or preload it";
  const char* reason = api->start(options.output.c_str(), options.options.c_str());
  return reason == nullptr ? std::string() : std::string(reason);
}

// Stops recording and completes the file. Does nothing when not started.
inline void StopProfiler() {
  if (const auto* api = internal::Api()) api->stop();
}

}  // namespace plumbline

#endif  // PLUMBLINE_PROFILER_H_
