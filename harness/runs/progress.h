// Progress of an experiment on standard error: one line for each run, redrawn on a terminal.
//
// Called by the experiment. Thread rule: main thread. Failure: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "harness/results/results.h"

namespace plumbline::harness {

class Progress {
 public:
  explicit Progress(std::int64_t runs);
  ~Progress();  // leaves the terminal on a fresh line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void note(const std::string& line) { show(line, true); }
  void expect_more(std::int64_t runs) { runs_ += runs; }
  void run_starts(const std::string& scenario, std::int64_t repeat, std::int64_t repeats);
  // An invalid run will be repeated: it does not bring the end nearer.
  void run_ended(const RunRow& run);

 private:
  void show(const std::string& line, bool lasting);
  std::string time_left() const;

  std::int64_t runs_, done_ = 0, attempts_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::string what_;
  bool terminal_;
  bool line_open_ = false;
};

}  // namespace plumbline::harness
