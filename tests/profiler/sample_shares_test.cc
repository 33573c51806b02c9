// Samples tell the truth: shares of functions against the CPU that the thread's own clock measured.
//
// The work is in known_work.h; its truth is per run. The error over runs and functions is put over
// the error of independent samples, sqrt(p(1-p)/n) with the samples of that run: 1 is a perfect
// random sampler. PLUMBLINE_FULL=1 makes the runs many and adds the timer's figures. The sampler
// seeds itself from the kernel, so there is no seed to print.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "analysis/attribution/endpoints.h"
#include "analysis/attribution/function_shares.h"
#include "tests/profiler/known_work.h"
#include "tests/profiler/recorded_session.h"

namespace plumbline {
namespace {

using analysis::FunctionShares;
using analysis::Index;
using analysis::Recording;
using analysis::SpanSelection;
using test::CpuByFunction;

constexpr std::int64_t kMicrosecondNs = 1'000;
constexpr std::int64_t kMillisecondNs = 1'000'000;
constexpr double kFalseAlarmRate = 1e-6 / 8;  // of each of the assertions here
constexpr const char* kPerf = "rate=1000,clock=perf";
constexpr const char* kTimer = "rate=1000,clock=timer";

bool is_full() {
  const char* full = std::getenv("PLUMBLINE_FULL");
  return full != nullptr && *full == '1';
}

bool samples_by_perf() {
  return record(kPerf, [] {}).settings.at("sampler") == "perf_task_clock_user";
}

// Parts of the selected spans' exact CPU, by function.
struct SeenShares {
  std::map<std::string, double> share;
  double samples = 0;

  double of(const std::string& function) const {
    const auto found = share.find(function);
    return found == share.end() ? 0.0 : found->second;
  }
};

SeenShares seen_shares(const Recording& recording, const SpanSelection& spans) {
  // One for all runs, since this process's modules stay: libbacktrace frees nothing, and each
  // symbolizer took 85 MB, 17 GB in the long form.
  static const std::vector<analysis::Module> modules = recording.modules;
  static analysis::Symbolizer symbolizer(modules);
  const FunctionShares shares =
      analysis::function_shares(recording, analysis::partition_time(recording), spans, symbolizer);
  SeenShares seen;
  seen.samples = static_cast<double>(shares.samples);
  for (const analysis::FunctionShare& row : shares.functions) {
    seen.share[row.function] =
        static_cast<double>(row.total_ns) / static_cast<double>(shares.cpu_ns);
  }
  return seen;
}

SeenShares seen_in_all(const Recording& recording) {
  return seen_shares(recording, SpanSelection(recording.spans.size(), true));
}

SeenShares seen_in_endpoint(const Recording& recording, const std::string& endpoint) {
  SpanSelection spans(recording.spans.size(), false);
  for (Index span = 0; span < spans.size(); ++span) {
    spans[span] = recording.names[recording.spans.endpoint[span]] == endpoint;
  }
  return seen_shares(recording, spans);
}

std::int64_t sum(const CpuByFunction& truth) {
  std::int64_t sum_ns = 0;
  for (const auto& [function, ns] : truth) sum_ns += ns;
  return sum_ns;
}

double true_share(const CpuByFunction& truth, const std::string& function) {
  return static_cast<double>(truth.at(function)) / static_cast<double>(sum(truth));
}

// Errors over runs and functions, with what independent samples would have made of them.
class ErrorSum {
 public:
  void add(const SeenShares& seen, const CpuByFunction& truth) {
    samples_ += seen.samples;
    ++runs_;
    for (const auto& [function, ns] : truth) {
      const double share = true_share(truth, function);
      const double error = seen.of(function) - share;
      square_ += error * error;
      limit_ += share * (1 - share) / seen.samples;
      worst_ = std::max(worst_, std::abs(error));
    }
  }

  double ratio() const { return std::sqrt(square_ / limit_); }
  double worst() const { return worst_; }
  double samples_a_run() const { return samples_ / runs_; }

 private:
  double square_ = 0, limit_ = 0, worst_ = 0, samples_ = 0;
  int runs_ = 0;
};

struct Rounds {
  const char* name;
  std::int64_t round_ns;
  int full_runs;
  // RMS error over the limit of a sampler with periods U(0.5, 1.5) ms, simulated: above 1 where
  // neighbouring samples fall into the same function more often than not.
  double expected;
};

constexpr Rounds kRounds[] = {
    {"rounds_of_10_ms", 10 * kMillisecondNs, 50, 0.53},
    {"rounds_of_1400_us", 1'400 * kMicrosecondNs, 50, 1.03},
    {"lock_step_1_ms", kMillisecondNs, 200, 1.0},
    {"lock_step_4_ms", 4 * kMillisecondNs, 50, 0.76},
};

ErrorSum run_rounds(const Rounds& rounds, const char* options, int runs, std::int64_t cpu_ns) {
  ErrorSum errors;
  for (int run = 0; run < runs; ++run) {
    CpuByFunction truth;
    const Recording recording =
        record(options, [&] { truth = test::work_in_rounds(rounds.round_ns, cpu_ns); });
    errors.add(seen_in_all(recording), truth);
  }
  std::printf(
      "%-18s %-21s %3d runs of %4.0f samples: RMS error %.2f of the limit, worst %.2f points\n",
      rounds.name, options, runs, errors.samples_a_run(), errors.ratio(), 100 * errors.worst());
  return errors;
}

// Squared errors of ten shares k/55 are a sum of chi-squares with (tr C)^2 / tr(C^2) = 7.1 degrees
// of freedom a run, where C is the covariance of one multinomial draw.
double bound(double expected, int runs) {
  const double degrees = 7.1 * runs;
  const boost::math::chi_squared distribution(degrees);
  return expected * std::sqrt(quantile(complement(distribution, kFalseAlarmRate)) / degrees);
}

// Fault: the sampler keeps step with the work, or weights favour some functions.
// Seen in: gperftools and async-profiler's ctimer, 63 to 94 points; weights of the drawn periods:
// 1.12 of the limit in rounds of 1.4 ms.
// Pass: in the short form (4 runs of 240 samples) RMS error over the limit at most what happens
// once in 8e6 runs to a sound sampler, 1.8. In the long form (n 1,300 a run) at most 1.1, in as
// many runs as a sound sampler needs to be within it but once in 1e6 (1.4 ms: as the short form).
class TenFunctions : public testing::TestWithParam<Rounds> {};

TEST_P(TenFunctions, SampledByPerf) {
  if (!samples_by_perf()) GTEST_SKIP() << "perf events are refused here";
  const Rounds& rounds = GetParam();
  const int runs = is_full() ? rounds.full_runs : 4;
  const std::int64_t cpu_ns = (is_full() ? 1'300 : 250) * kMillisecondNs;
  const bool judged_by_limit = is_full() && rounds.expected <= 1;
  const double most = judged_by_limit ? 1.1 : bound(std::max(1.0, rounds.expected), runs);
  EXPECT_LE(run_rounds(rounds, kPerf, runs, cpu_ns).ratio(), most);
}

// No assertion: it expires on the kernel's tick, so its samples keep step with what does, too.
TEST_P(TenFunctions, SampledByTheTimerAreShownBeside) {
  const int runs = is_full() ? 20 : 1;
  run_rounds(GetParam(), kTimer, runs, (is_full() ? 1'300 : 200) * kMillisecondNs);
}

INSTANTIATE_TEST_SUITE_P(InAndOutOfStep, TenFunctions, testing::ValuesIn(kRounds),
                         [](const auto& tested) { return std::string(tested.param.name); });

// Fault: CPU in the kernel, where no sample is taken, is given to the functions that were sampled.
// Seen in: user-mode profilers: 9.2 % for a true 50 %. Ours, by endpoint: a spin with all of its
// span's CPU showed with 42 % beside a span that read.
// Pass: n about 1,050, 3 s. Spin within 2 points (its share varies by 0.53 in 20 runs of 1.3 s, so
// by 0.35 here: 5.7 standard deviations, 2e-8), read_zeros, never in user mode, below 2 points. Of
// touch_pages only the user part can be seen, and interrupts that wait for a page fault's end are
// taken there: between nothing and its true share. Each endpoint alone: spin has 90 % of its CPU
// (the rest is what the kernel takes from it, about 1 %), read_zeros
// at most 5 % of its.
TEST(SampleShares, BesideTheKernel) {
  if (!samples_by_perf()) GTEST_SKIP() << "perf events are refused here";
  constexpr double kTwoPoints = 0.02;
  for (int run = 0; run < (is_full() ? 20 : 1); ++run) {
    CpuByFunction truth;
    const Recording recording = record(
        kPerf, [&] { truth = test::work_in_kernel(10 * kMillisecondNs, 3'000 * kMillisecondNs); });
    const SeenShares all = seen_in_all(recording);
    const double spin_alone = seen_in_endpoint(recording, "spin").of("spin");
    const double reads_alone = seen_in_endpoint(recording, "read_zeros").of("read_zeros");
    std::printf(
        "share %% (true): spin %.2f (%.2f), touch_pages %.2f (%.2f), read_zeros %.2f (%.2f), "
        "[kernel or unsampled] %.2f; alone: spin %.2f (100), read_zeros %.2f\n",
        100 * all.of("spin"), 100 * true_share(truth, "spin"), 100 * all.of("touch_pages"),
        100 * true_share(truth, "touch_pages"), 100 * all.of("read_zeros"),
        100 * true_share(truth, "read_zeros"), 100 * all.of("[kernel or unsampled]"),
        100 * spin_alone, 100 * reads_alone);
    EXPECT_NEAR(all.of("spin"), true_share(truth, "spin"), kTwoPoints);
    EXPECT_LE(all.of("touch_pages"), true_share(truth, "touch_pages") + kTwoPoints);
    EXPECT_LE(all.of("read_zeros"), kTwoPoints);
    EXPECT_GE(spin_alone, 0.90);
    EXPECT_LE(reads_alone, 0.05);
  }
}

// Fault: stacks are scaled to the CPU of each span, which gives nothing to spans without a sample.
// Seen in: the design of per-span scaling: 1.6 % for short_work's 8.3 %.
// Pass: mean error of short_work's share over runs (short form: 4 of 400 samples, long: 50 of
// 1,300) within 5.4 standard errors of independent samples: false alarm below 1e-7.
TEST(SampleShares, OfShortSpansBesideLongOnes) {
  if (!samples_by_perf()) GTEST_SKIP() << "perf events are refused here";
  const int runs = is_full() ? 50 : 4;
  double error = 0, variance = 0;
  for (int run = 0; run < runs; ++run) {
    CpuByFunction truth;
    const Recording recording = record(kPerf, [&] {
      truth = test::work_in_short_and_long_spans((is_full() ? 1'300 : 400) * kMillisecondNs);
    });
    const SeenShares seen = seen_in_endpoint(recording, "pooled");
    const double share = true_share(truth, "short_work");
    const double both = seen.of("short_work") + seen.of("long_work");
    error += seen.of("short_work") / both - share;
    variance += share * (1 - share) / seen.samples;
  }
  const double limit = 5.4 * std::sqrt(variance) / runs;
  std::printf("200 us spans beside 20 ms ones, %d runs: mean error %+.2f points, bound %.2f\n",
              runs, 100 * error / runs, 100 * limit);
  EXPECT_LE(std::abs(error / runs), limit);
}

}  // namespace
}  // namespace plumbline
