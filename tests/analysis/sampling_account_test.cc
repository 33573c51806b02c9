// analysis/attribution/sampling_account.h: rate asked and reached, and that each signal is one
// sample or one counted loss.
#include "analysis/attribution/sampling_account.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using format::RecordType;
using format::SampleClock;
using test::RecordingBuilder;

constexpr std::int64_t kMillisecond = 1'000'000;

format::ThreadSampling sampling(std::uint64_t signals, std::uint64_t dropped) {
  format::ThreadSampling record{};
  record.signals = signals;
  record.dropped = dropped;
  record.overruns = 6;
  record.unseen = 1;
  record.asked_ns = 10 * kMillisecond;
  record.clock = SampleClock::kThreadCpuTimer;
  return record;
}

class SamplingAccountTest : public testing::Test {
 protected:
  SamplingAccountTest()
      : file_(std::filesystem::temp_directory_path() /
              ("sampling_account_" + std::to_string(getpid()))) {}
  ~SamplingAccountTest() override { std::filesystem::remove(file_); }

  // A thread of 10 ms CPU with two samples, then `record`.
  void thread(std::uint32_t index, const format::ThreadSampling& record, bool ends = true) {
    builder_.thread(index, 70 + static_cast<std::int32_t>(index)).thread_start({});
    for (const std::int64_t at : {2 * kMillisecond, 6 * kMillisecond}) {
      builder_.sample({.wall = at, .cpu = at, .frames = {0x10}});
    }
    builder_.record(RecordType::kThreadSampling, record);
    const test::EdgeValues end{.wall = 10 * kMillisecond, .cpu = 10 * kMillisecond};
    ends ? builder_.thread_end(end) : builder_.thread_state(end);
  }
  void read() {
    const std::vector<std::byte>& bytes = builder_.bytes();
    std::ofstream(file_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
    recording_ = read_recording(file_);
    account_ = sampling_account_of(recording_, partition_time(recording_));
  }

  std::filesystem::path file_;
  RecordingBuilder builder_;
  Recording recording_;
  SamplingAccount account_;
};

TEST_F(SamplingAccountTest, ExpectedIsRecordedDroppedOverrunAndUnseen) {
  builder_.setting("sampler", "thread_cpu_timer").setting("lockstep_risk", "yes");
  thread(1, sampling(1, 0));  // the last one counts
  builder_.process();
  thread(2, sampling(3, 1));
  builder_.thread(1, 71).record(RecordType::kThreadSampling, sampling(2, 0));
  read();
  EXPECT_EQ(recording_.report.unknown_records, 0u);
  ASSERT_EQ(account_.threads.size(), 2u);
  EXPECT_EQ(account_.threads[0].expected(), 9u);
  EXPECT_EQ(account_.threads[1].expected(), 10u);
  EXPECT_EQ(account_.total.expected(), 19u);
  EXPECT_EQ(account_.total.asked_ns, 20 * kMillisecond);
  EXPECT_EQ(account_.total.cpu_ns, 20 * kMillisecond);
  EXPECT_DOUBLE_EQ(account_.total.achieved_hz(), 250);  // 4 samples and 1 dropped in 20 ms
  EXPECT_DOUBLE_EQ(account_.total.expected_hz(), 950);
  EXPECT_EQ(account_.check, "agrees");
  EXPECT_TRUE(account_.lockstep_risk);
  EXPECT_EQ(account_.threads_on_tick, 2u);
}

TEST_F(SamplingAccountTest, ASignalThatIsNeitherRecordedNorDroppedIsNoticed) {
  builder_.setting("sampler", "thread_cpu_timer");
  thread(1, sampling(4, 1));
  read();
  EXPECT_EQ(account_.check, "DIFFERS: thread 71 had 4 signals, 2 recorded, 1 dropped");
  EXPECT_FALSE(account_.lockstep_risk);
}

// Signals that came after its last totals: nobody can tell.
TEST_F(SamplingAccountTest, AThreadThatWasCutOffIsNotChecked) {
  builder_.setting("sampler", "thread_cpu_timer");
  thread(1, sampling(4, 1), /*ends=*/false);
  read();
  EXPECT_EQ(account_.check, "not checked: no sampled thread came to its end");
}

// Fault: a file from elsewhere makes sums overflow or names a clock that there is not.
TEST_F(SamplingAccountTest, SenselessTotalsAreRejected) {
  builder_.setting("sampler", "later_clock").setting("lockstep_risk", "some_threads");
  format::ThreadSampling record = sampling(2, 0);
  record.clock = SampleClock{200};
  thread(1, record);
  record.signals = ~std::uint64_t{0};
  builder_.thread(1, 71).record(RecordType::kThreadSampling, record);
  record = sampling(2, 0);
  record.asked_ns = -1;
  builder_.record(RecordType::kThreadSampling, record);
  builder_.process().record(RecordType::kThreadSampling, sampling(9, 0));
  builder_.record(RecordType::kRateChange, format::RateChange{.header = {},
                                                              .wall_ns = 1,
                                                              .old_period_ns = 0,
                                                              .new_period_ns = 1,
                                                              .own_cpu_ns = 1,
                                                              .process_cpu_ns = 1});
  read();
  EXPECT_EQ(recording_.report.rejected_records, 4u);
  EXPECT_TRUE(recording_.rate_changes.empty());
  EXPECT_EQ(account_.threads[0].signals, 2u);
  EXPECT_EQ(account_.clock[0], SampleClock::kNone);
  EXPECT_TRUE(account_.lockstep_risk);
}

}  // namespace
}  // namespace plumbline::analysis
