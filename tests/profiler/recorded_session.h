// A recording made inside the test process: starts the profiler, runs a body, reads the result.
//
// Used by tests that link libplumbline.so. One session at a time.
#pragma once

#include <gtest/gtest.h>
#include <plumbline/profiler.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "analysis/recording/reader.h"
#include "analysis/recording/recording.h"

namespace plumbline {

// A path in the temporary folder that is free now and removed afterwards.
class TemporaryPath {
 public:
  TemporaryPath() {
    static int number = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("plumbline-test-" + std::to_string(getpid()) + "-" + std::to_string(++number));
    std::filesystem::remove_all(path_);
  }
  ~TemporaryPath() { std::filesystem::remove_all(path_); }
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

template <class Body>
analysis::Recording record(const std::string& options, const Body& body) {
  const TemporaryPath output;
  const std::string problem = StartProfiler({.output = output.path(), .options = options});
  EXPECT_EQ(problem, "");
  if (!problem.empty()) return {};
  body();
  StopProfiler();
  return analysis::read_recording(output.path());
}

// Scopes that were left by another than opened them, in the process so far.
inline std::int64_t ignored_scopes() {
  return record("clock=none", [] {}).counters.at("scopes.on_wrong_thread");
}

// Row of the only span with this name, or kNone.
inline analysis::Index span_named(const analysis::Recording& recording, const std::string& name) {
  analysis::Index found = analysis::kNone;
  for (analysis::Index row = 0; row < recording.spans.size(); ++row) {
    if (recording.names[recording.spans.name[row]] != name) continue;
    EXPECT_EQ(found, analysis::kNone) << "two spans named " << name;
    found = row;
  }
  return found;
}

}  // namespace plumbline
