#include "profiler/session/options.h"

#include <algorithm>
#include <array>

namespace plumbline::session {

namespace {

// A number within limits that are part of the error text.
struct NumberOption {
  std::string_view key;
  std::uint64_t Options::*member;
  std::uint64_t lowest, highest;
  std::string_view expected;
};

constexpr std::array kNumbers = {
    NumberOption{"rate", &Options::rate_hz, 1, 10'000, "1 to 10000 (samples per second of CPU)"},
    NumberOption{"budget", &Options::budget_percent, 1, 100, "1 to 100 (percent of the CPU)"},
    NumberOption{"flush_ms", &Options::flush_ms, 1, 10'000, "1 to 10000 (milliseconds)"},
    NumberOption{"ring_kib", &Options::ring_kib, 16, 65'536, "a power of two, 16 to 65536"},
    NumberOption{"endpoints", &Options::endpoints, 1, 4'000, "1 to 4000 (names)"},
};

template <class Choice>
struct NamedChoice {
  std::string_view name;
  Choice choice;
};

constexpr std::array kClocks = {
    NamedChoice<ClockChoice>{"auto", ClockChoice::kAuto},
    NamedChoice<ClockChoice>{"perf", ClockChoice::kPerf},
    NamedChoice<ClockChoice>{"timer", ClockChoice::kTimer},
    NamedChoice<ClockChoice>{"none", ClockChoice::kNone},
};
constexpr std::array kUnwinders = {
    NamedChoice<capture::Unwinder>{"cfi", capture::Unwinder::kRules},
    NamedChoice<capture::Unwinder>{"fp", capture::Unwinder::kFramePointers},
    NamedChoice<capture::Unwinder>{"libunwind", capture::Unwinder::kLibunwind},
};
constexpr std::array kCpuClocks = {
    NamedChoice<CpuClockChoice>{"auto", CpuClockChoice::kAuto},
    NamedChoice<CpuClockChoice>{"rseq", CpuClockChoice::kRseq},
    NamedChoice<CpuClockChoice>{"ring", CpuClockChoice::kRing},
    NamedChoice<CpuClockChoice>{"thread", CpuClockChoice::kThreadClock},
};

constexpr std::array kSwitches = {
    NamedChoice<bool>{"yes", true},
    NamedChoice<bool>{"no", false},
};

bool refuse(OptionError& error, std::string_view key, std::string_view value,
            std::string_view expected) {
  error.append("option ").append(key).append("=").append(value);
  error.append(": expected ").append(expected);
  return false;
}

bool set_number(const NumberOption& option, std::string_view value, Options& options) {
  std::string_view rest = value;
  std::uint64_t number = 0;
  if (!base::take_decimal(rest, number) || !rest.empty()) return false;
  options.*option.member = number;
  return number >= option.lowest && number <= option.highest;
}

template <class Choices, class Choice>
bool choose(const Choices& choices, std::string_view value, Choice& chosen) {
  for (const auto& named : choices) {
    if (named.name != value) continue;
    chosen = named.choice;
    return true;
  }
  return false;
}

bool set_option(std::string_view key, std::string_view value, Options& options,
                OptionError& error) {
  for (const NumberOption& option : kNumbers) {
    if (option.key != key) continue;
    return set_number(option, value, options) || refuse(error, key, value, option.expected);
  }
  if (key == "clock") {
    return choose(kClocks, value, options.clock) ||
           refuse(error, key, value, "auto, perf, timer or none");
  }
  if (key == "cpu_clock") {
    return choose(kCpuClocks, value, options.cpu_clock) ||
           refuse(error, key, value, "auto, rseq, ring or thread");
  }
  if (key == "unwind") {
    return choose(kUnwinders, value, options.unwinder) ||
           refuse(error, key, value, "cfi, fp or libunwind");
  }
  if (key == "follow") {
    return choose(kSwitches, value, options.follow) || refuse(error, key, value, "yes or no");
  }
  if (key == "compress") {
    return choose(kSwitches, value, options.compress) || refuse(error, key, value, "yes or no");
  }
  return refuse(error, key, value,
                "one of rate, budget, clock, cpu_clock, unwind, flush_ms, ring_kib, endpoints, "
                "follow or compress");
}

// Removes the text up to `separator`, and the separator, from the front of `text` and returns it.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view front(text.data(), at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return front;
}

}  // namespace

bool parse_options(std::string_view text, Options& options, OptionError& error) {
  while (!text.empty()) {
    std::string_view value = take_until(text, ',');
    const std::string_view key = take_until(value, '=');
    if (!set_option(key, value, options, error)) return false;
  }
  const bool power_of_two = (options.ring_kib & (options.ring_kib - 1)) == 0;
  return power_of_two || refuse(error, "ring_kib", "", "a power of two, 16 to 65536");
}

}  // namespace plumbline::session
