// `plumbline info`, `endpoints` and `threads` on recordings with known content.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "harness/cli/endpoints_command.h"
#include "harness/cli/info_command.h"
#include "harness/cli/threads_command.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::harness {
namespace {

namespace fs = std::filesystem;
using format::Category;
using test::RecordingBuilder;

class Commands : public testing::Test {
 protected:
  Commands() : file_(fs::temp_directory_path() / ("commands_" + std::to_string(getpid()))) {
    builder_.setting("cpu_clock", "rseq").counter("samples.recorded", 1);
    builder_.counter("samples.dropped_ring_full", 2).counter("samples.dropped_reentry", 0);
    builder_.name(1, "GET /report").name(2, "\x1b]0;owned\x07").thread(1, 77);
    builder_.thread_start({.wall = 0}, "pool\x1b[2J")
        .span_start({.id = 1, .root = 1, .start = 1'000'000, .name = 1});
    builder_.scope({.wall = 1'000'000, .cpu = 1'000'000}, 1);
    builder_.sample({.wall = 1'500'000, .cpu = 1'500'000, .span = 1, .frames = {0x10}});
    builder_.wait({.begin = {.wall = 2'000'000, .cpu = 2'000'000},
                   .end = {.wall = 6'000'000, .cpu = 2'000'000, .switches = 1},
                   .span = 1,
                   .category = Category::kSocket});
    builder_.scope({.wall = 6'000'000, .cpu = 2'000'000, .switches = 1}, 0);
    builder_.span_end(1, 6'000'000);
    builder_.span_start({.id = 2, .root = 2, .start = 6'000'000, .name = 2});
    builder_.scope({.wall = 6'000'000, .cpu = 2'000'000, .switches = 1}, 2);
    builder_.scope({.wall = 9'000'000, .cpu = 5'000'000, .switches = 1}, 0);
    builder_.span_end(2, 9'000'000);
    builder_.loss({.at = {.wall = 9'000'000, .cpu = 5'000'000, .switches = 1}, .samples = 2});
    builder_.thread_end({.wall = 10'000'000, .cpu = 6'000'000, .switches = 1});
    builder_.process().setting("last", "block");
  }
  ~Commands() override { fs::remove(file_); }

  void write(std::size_t without_last_bytes = 0) {
    const std::vector<std::byte>& bytes = builder_.bytes();
    io::write_file_atomically(
        file_, {reinterpret_cast<const char*>(bytes.data()), bytes.size() - without_last_bytes});
  }

  // Standard output of the command.
  std::string run(std::vector<std::string> arguments) {
    CLI::App app;
    outcome_ = {};
    add_info_command(app, outcome_);
    add_endpoints_command(app, outcome_);
    add_threads_command(app, outcome_);
    arguments.insert(arguments.begin() + 1, file_.string());
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    testing::internal::CaptureStdout();
    try {
      app.parse(arguments);
    } catch (...) {
      testing::internal::GetCapturedStdout();
      throw;
    }
    return testing::internal::GetCapturedStdout();
  }

  static bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }

  fs::path file_;
  RecordingBuilder builder_;
  Outcome outcome_;
};

TEST_F(Commands, InfoSaysWhatWasRecordedAndLost) {
  write();
  const std::string text = run({"info"});
  EXPECT_EQ(outcome_.exit_code, 0);
  EXPECT_TRUE(has(text, "process 4242")) << text;
  EXPECT_TRUE(has(text, "cpu_clock    rseq")) << text;
  EXPECT_TRUE(has(text,
                  "samples: 3 expected = 1 recorded + 0 dropped (reentry) + 2 dropped "
                  "(ring_full); agrees"))
      << text;
  EXPECT_TRUE(has(text, "tiling error   0 ns")) << text;
  EXPECT_TRUE(has(text, "holds")) << text;
}

TEST_F(Commands, InfoNoticesASumThatDoesNotHold) {
  builder_.counter("samples.recorded", 9);
  write();
  EXPECT_TRUE(has(run({"info"}), "DIFFERS: 9 counted as recorded"));
}

TEST_F(Commands, InfoAsJsonHasUnitsInItsKeys) {
  write();
  const auto json = nlohmann::json::parse(run({"info", "--json"}));
  EXPECT_EQ(json["schema"], "plumbline.info/1");
  EXPECT_EQ(json["settings"]["cpu_clock"], "rseq");
  EXPECT_EQ(json["losses"]["samples"]["expected"], 3);
  EXPECT_EQ(json["losses"]["samples"]["dropped"]["ring_full"], 2);
  EXPECT_EQ(json["losses"]["samples"]["check"], "agrees");
  EXPECT_EQ(json["conservation"]["tiling_error_ns"], 0);
  EXPECT_EQ(json["threads"][0]["cpu_ns"], 6'000'000);
  EXPECT_EQ(json["threads"][0]["life_ns"], 10'000'000);
  EXPECT_EQ(json["finished_roots"], 2);
  EXPECT_EQ(json["read"]["intact"], true);
}

TEST_F(Commands, InfoSaysHowItWasSampledAndAtWhatPrice) {
  builder_.setting("sampler", "thread_cpu_timer").setting("rate_hz", "199");
  builder_.setting("rate_by", "default").setting("budget_percent", "2");
  builder_.setting("lockstep_risk", "yes").counter("own.process_cpu_ns", 1'000'000);
  builder_.counter("own.drain_ns", 20'000).counter("own.handlers_ns", 10'000);
  builder_.record(format::RecordType::kRateChange, format::RateChange{.header = {},
                                                                      .wall_ns = 2'500'000'000,
                                                                      .old_period_ns = 5'000'000,
                                                                      .new_period_ns = 10'000'000,
                                                                      .own_cpu_ns = 30,
                                                                      .process_cpu_ns = 1'000});
  builder_.thread(1, 77).record(
      format::RecordType::kThreadSampling,
      format::ThreadSampling{.header = {},
                             .signals = 3,
                             .overruns = 5,
                             .unseen = 0,
                             .dropped = 2,
                             .asked_ns = 6'000'000,
                             .clock = format::SampleClock::kThreadCpuTimer,
                             .reserved = {}});
  write();
  const std::string text = run({"info"});
  EXPECT_TRUE(has(text,
                  "sampling: thread_cpu_timer; 199 Hz by default, budget 2 % of the CPU; achieved "
                  "500.0 Hz over 0.006 s of CPU"))
      << text;
  EXPECT_TRUE(has(text, "8 expected = 1 recorded + 2 dropped + 5 overrun + 0 unseen; agrees"));
  EXPECT_TRUE(has(text, "LOCK-STEP RISK: 1 threads were sampled on the kernel's tick")) << text;
  EXPECT_TRUE(has(text, "own CPU: 3.00 % of the process's = 2.00 drain thread + 1.00 sample"));
  EXPECT_TRUE(has(text, "at 2.5 s: 200.0 Hz to 100.0 Hz; own CPU was 3.00 %")) << text;
  const auto json = nlohmann::json::parse(run({"info", "--json"}));
  EXPECT_EQ(json["sampling"]["lockstep_risk"], true);
  EXPECT_EQ(json["sampling"]["expected"], 8);
  EXPECT_EQ(json["sampling"]["achieved_hz"], 500.0);
  EXPECT_EQ(json["sampling"]["rate_changes"][0]["new_rate_hz"], 100.0);
  EXPECT_EQ(json["threads"][0]["sampling"]["overruns"], 5);
}

TEST_F(Commands, EndpointsShowsEachCategoryAndThatTheSumsAgree) {
  write();
  const std::string text = run({"endpoints"});
  EXPECT_EQ(outcome_.exit_code, 0);
  EXPECT_TRUE(has(text, "GET /report")) << text;
  EXPECT_TRUE(has(text, "80.00 %")) << text;  // socket: 4 of 5 ms
  EXPECT_TRUE(has(text,
                  "sums agree in every category: endpoints and no span 10000000 ns = all "
                  "threads 10000000 ns"))
      << text;
}

TEST_F(Commands, ThreadsShowsEachCategoryAndThatTheSumsAgree) {
  write();
  const std::string text = run({"threads"});
  EXPECT_EQ(outcome_.exit_code, 0);
  EXPECT_TRUE(has(text, "40.00 %")) << text;  // socket: 4 of 10 ms
  EXPECT_TRUE(has(text,
                  "sums agree: threads 10000000 ns, from their first edge to their last "
                  "10000000 ns"))
      << text;
  EXPECT_FALSE(has(text, "\x1b")) << "a thread's name must not reach the terminal as it is";
}

TEST_F(Commands, ThreadsAsJsonHasItsCalls) {
  write();
  const auto json = nlohmann::json::parse(run({"threads", "--json"}));
  EXPECT_EQ(json["schema"], "plumbline.threads/1");
  EXPECT_EQ(json["sums_agree"], true);
  const auto& thread = json["threads"].at(0);
  EXPECT_EQ(thread["tid"], 77);
  EXPECT_EQ(thread["time"]["category_ns"]["cpu"], 6'000'000);
  EXPECT_EQ(thread["calls"].size(), 1u);
  EXPECT_EQ(thread["calls"].front()["wall_ns"], 4'000'000);
  EXPECT_EQ(thread["calls"].front()["blocked"], 1);
}

TEST_F(Commands, EndpointsAsJsonAddsUp) {
  write();
  const auto json = nlohmann::json::parse(run({"endpoints", "--json"}));
  EXPECT_EQ(json["sums_agree"], true);
  ASSERT_EQ(json["endpoints"].size(), 2u);
  const auto& first = json["endpoints"][0];
  EXPECT_EQ(first["endpoint"], "GET /report");
  EXPECT_EQ(first["time"]["category_ns"]["socket"], 4'000'000);
  EXPECT_EQ(first["time"]["category_ns"]["cpu"], 1'000'000);
  EXPECT_EQ(first["blocked_waits"]["socket"], 1);
  EXPECT_EQ(first["p99_ns"], 5'000'000);
  std::int64_t wall_ns = json["no_span"]["wall_ns"];
  for (const auto& row : json["endpoints"]) wall_ns += row["time"]["wall_ns"].get<std::int64_t>();
  EXPECT_EQ(json["total"]["wall_ns"], wall_ns);
}

TEST_F(Commands, EndpointsSortsByTheKeyAskedFor) {
  write();
  const auto by_cpu = nlohmann::json::parse(run({"endpoints", "--json", "--sort", "cpu"}));
  EXPECT_NE(by_cpu["endpoints"][0]["endpoint"], "GET /report");  // 3 ms against 1
  const auto by_p99 = nlohmann::json::parse(run({"endpoints", "--json", "--sort", "p99"}));
  EXPECT_EQ(by_p99["endpoints"][0]["endpoint"], "GET /report");
  EXPECT_THROW(run({"endpoints", "--sort", "size"}), CLI::ParseError);
}

// Fault: names with escape sequences reach the terminal of whoever looks at the recording.
// Pass: no byte below a blank but the line end, and no DEL, in any output.
TEST_F(Commands, NoOutputCarriesAnEscapeSequence) {
  write();
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"info"}, {"info", "--json"}, {"endpoints"}, {"endpoints", "--json"}}) {
    for (const char character : run(arguments)) {
      const auto byte = static_cast<unsigned char>(character);
      ASSERT_TRUE((byte >= 0x20 && byte != 0x7f) || byte == '\n') << arguments[0];
    }
  }
  EXPECT_TRUE(has(run({"endpoints"}), "\\x1b]0;owned\\x07"));
}

// Fault: the recording is cut. Pass: what lies before is shown, the loss is said, exit code 2.
TEST_F(Commands, ACutRecordingIsShownUpToTheCutAndEndsWithTwo) {
  write(/*without_last_bytes=*/5);
  const std::string info = run({"info"});
  EXPECT_EQ(outcome_.exit_code, 2);
  EXPECT_TRUE(has(info, "DAMAGED at byte ")) << info;
  EXPECT_TRUE(has(info, "2 finished local roots")) << info;
  EXPECT_TRUE(has(run({"endpoints"}), "GET /report"));
  EXPECT_EQ(outcome_.exit_code, 2);
  const auto json = nlohmann::json::parse(run({"info", "--json"}));
  EXPECT_EQ(json["read"]["intact"], false);
}

TEST_F(Commands, AMissingFileIsAnInputError) {
  EXPECT_THROW(run({"info"}), io::InputError);
  EXPECT_THROW(run({"endpoints"}), io::InputError);
}

}  // namespace
}  // namespace plumbline::harness
