// What a session was asked for: PLUMBLINE_OPTIONS, or the text given to StartProfiler.
//
// `key=value`, separated by commas. README.md of profiler/ lists the keys. There are two
// environment variables in all, PLUMBLINE_OUTPUT and PLUMBLINE_OPTIONS; neither names code.
// Thread rule: control thread. Signal rule: not from handlers.
// Failure: parse_options names the key, the value and what is expected.
#pragma once

#include <cstdint>
#include <string_view>

#include "profiler/base/decimal.h"
#include "profiler/capture/recording_state.h"

namespace plumbline::session {

enum class ClockChoice : std::uint8_t { kAuto, kPerf, kTimer, kNone };
enum class CpuClockChoice : std::uint8_t { kAuto, kRseq, kRing, kThreadClock };

struct Options {
  // Prime, so that it falls in step with nothing; README.md of profiler/ says why so many.
  static constexpr std::uint64_t kDefaultRateHz = 199;
  static constexpr std::uint64_t kDefaultBudgetPercent = 2;

  std::uint64_t rate_hz = 0;         // 0: the default
  std::uint64_t budget_percent = 0;  // 0: the default, or none where a rate is asked for
  ClockChoice clock = ClockChoice::kAuto;
  capture::Unwinder unwinder = capture::Unwinder::kRules;
  CpuClockChoice cpu_clock = CpuClockChoice::kAuto;
  std::uint64_t flush_ms = 100;
  std::uint64_t ring_kib = 256;     // per thread; a power of two
  std::uint64_t endpoints = 1'000;  // names of endpoints; the rest is `<other>`
  bool follow = false;              // children record too, each to a file of its own
  bool compress = true;             // blocks of the recording, with zstd

  std::uint64_t asked_rate_hz() const { return rate_hz != 0 ? rate_hz : kDefaultRateHz; }
  // Of the process's CPU: what the profiler may take before it samples less. 0: whatever it takes,
  // since who asks for a rate is to get it.
  std::uint64_t budget_in_force() const {
    if (budget_percent != 0) return budget_percent;
    return rate_hz != 0 ? 0 : kDefaultBudgetPercent;
  }
};

using OptionError = base::FixedText<160>;

// False: `error` holds one line. An empty text gives the defaults.
bool parse_options(std::string_view text, Options& options, OptionError& error);

}  // namespace plumbline::session
