// profiler/session/options.h and profiler/base/decimal.h: what is accepted, and what is said else.
#include "profiler/session/options.h"

#include <gtest/gtest.h>

#include <string>

namespace plumbline::session {
namespace {

std::string error_of(std::string_view text) {
  Options options;
  OptionError error;
  return parse_options(text, options, error) ? "" : std::string(error.view());
}

TEST(Options, EmptyTextGivesTheDefaults) {
  Options options;
  OptionError error;
  ASSERT_TRUE(parse_options("", options, error));
  EXPECT_EQ(options.asked_rate_hz(), 199u);
  EXPECT_EQ(options.budget_in_force(), 2u);
  EXPECT_EQ(options.clock, ClockChoice::kAuto);
}

TEST(Options, EachKeyIsTaken) {
  Options options;
  OptionError error;
  ASSERT_TRUE(
      parse_options("rate=1000,clock=timer,cpu_clock=thread,flush_ms=20,ring_kib=512,"
                    "endpoints=20,compress=no",
                    options, error));
  EXPECT_EQ(options.rate_hz, 1000u);
  EXPECT_EQ(options.clock, ClockChoice::kTimer);
  EXPECT_EQ(options.cpu_clock, CpuClockChoice::kThreadClock);
  EXPECT_EQ(options.flush_ms, 20u);
  EXPECT_EQ(options.ring_kib, 512u);
  EXPECT_EQ(options.endpoints, 20u);
  EXPECT_FALSE(options.compress);
}

// Who asks for a rate gets it, unless he names a budget too.
TEST(Options, ABudgetHoldsForTheDefaultRateOrWhereItIsAskedFor) {
  const auto budget_of = [](std::string_view text) {
    Options options;
    OptionError error;
    EXPECT_TRUE(parse_options(text, options, error)) << error.view();
    return options.budget_in_force();
  };
  EXPECT_EQ(budget_of("clock=timer"), 2u);
  EXPECT_EQ(budget_of("rate=199"), 0u);
  EXPECT_EQ(budget_of("rate=5000,budget=7"), 7u);
  EXPECT_EQ(budget_of("budget=7"), 7u);
  EXPECT_EQ(error_of("budget=0"), "option budget=0: expected 1 to 100 (percent of the CPU)");
  EXPECT_EQ(error_of("budget=101"), "option budget=101: expected 1 to 100 (percent of the CPU)");
}

TEST(Options, BadValuesAreNamedWithWhatIsExpected) {
  EXPECT_EQ(error_of("rate=0"), "option rate=0: expected 1 to 10000 (samples per second of CPU)");
  EXPECT_EQ(error_of("rate=10001"),
            "option rate=10001: expected 1 to 10000 (samples per second of CPU)");
  EXPECT_EQ(error_of("rate=99999999999999999999"),
            "option rate=99999999999999999999: expected 1 to 10000 (samples per second of CPU)");
  EXPECT_EQ(error_of("rate=1e3"),
            "option rate=1e3: expected 1 to 10000 (samples per second of CPU)");
  EXPECT_EQ(error_of("clock=sundial"), "option clock=sundial: expected auto, perf, timer or none");
  EXPECT_EQ(error_of("ring_kib=100"), "option ring_kib=: expected a power of two, 16 to 65536");
  EXPECT_EQ(error_of("rate"), "option rate=: expected 1 to 10000 (samples per second of CPU)");
  EXPECT_EQ(error_of("x=1"),
            "option x=1: expected one of rate, budget, clock, cpu_clock, unwind, flush_ms, "
            "ring_kib, endpoints, follow or compress");
}

TEST(Decimal, TakesTheNumberAndLeavesTheRest) {
  std::string_view text = "12 345\n";
  std::uint64_t value = 0;
  ASSERT_TRUE(base::take_decimal(text, value));
  EXPECT_EQ(value, 12u);
  ASSERT_TRUE(base::take_decimal(text, value));
  EXPECT_EQ(value, 345u);
  EXPECT_FALSE(base::take_decimal(text, value));
  EXPECT_EQ(text, "\n");
}

TEST(Decimal, RefusesWhatDoesNotFit) {
  std::string_view largest = "18446744073709551615", too_large = "18446744073709551616";
  std::uint64_t value = 0;
  EXPECT_TRUE(base::take_decimal(largest, value));
  EXPECT_EQ(value, ~std::uint64_t{0});
  EXPECT_FALSE(base::take_decimal(too_large, value));
}

TEST(FixedText, CutsWhatDoesNotFit) {
  base::FixedText<8> text;
  text.append("abc").append_decimal(1234567);
  EXPECT_EQ(text.view(), "abc1234");
  EXPECT_STREQ(text.c_str(), "abc1234");
}

}  // namespace
}  // namespace plumbline::session
