// profiler/session: starting, stopping, what a recording holds, and what it survives.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/profiler/recorded_session.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::Recording;

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

TEST(Session, RefusesToWriteOverAFile) {
  const TemporaryPath output;
  std::ofstream(output.path()) << "precious";
  EXPECT_NE(StartProfiler({.output = output.path(), .options = ""}).find("File exists"),
            std::string::npos);
  std::string content;
  std::ifstream(output.path()) >> content;
  EXPECT_EQ(content, "precious");
}

TEST(Session, RefusesToFollowALink) {
  const TemporaryPath target, link;
  std::filesystem::create_symlink(target.path(), link.path());
  EXPECT_NE(StartProfiler({.output = link.path(), .options = ""}), "");
  EXPECT_FALSE(std::filesystem::exists(target.path()));
}

TEST(Session, RefusesBadOptionsAndASecondStart) {
  const TemporaryPath first, second;
  EXPECT_NE(StartProfiler({.output = first.path(), .options = "rate=0"}), "");
  EXPECT_FALSE(std::filesystem::exists(first.path()));
  ASSERT_EQ(StartProfiler({.output = first.path(), .options = ""}), "");
  EXPECT_NE(StartProfiler({.output = second.path(), .options = ""}), "");
  StopProfiler();
}

TEST(Session, FileIsPrivate) {
  const TemporaryPath output;
  const mode_t before = umask(0);
  ASSERT_EQ(StartProfiler({.output = output.path(), .options = ""}), "");
  StopProfiler();
  umask(before);
  EXPECT_EQ(std::filesystem::status(output.path()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(Session, SaysByWhichMeansItRecorded) {
  const Recording recording = record("rate=500", [] { usleep(400'000); });
  EXPECT_EQ(recording.settings.at("rate_hz"), "500");
  EXPECT_EQ(recording.settings.at("run_queue"), "schedstat");
  EXPECT_EQ(recording.settings.at("uninstrumented_wait"), "voluntary_switches");
  EXPECT_EQ(recording.settings.at("cpu_clock_self_test").empty(), false);
  EXPECT_GT(recording.modules.size(), 2u);
  EXPECT_TRUE(recording.report.intact);
}

TEST(Session, SpansKeepTheirTreeAndEndpoint) {
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    auto span = tracer->StartSpan("GET /a/1?token=secret");
    {
      auto scope = tracer->WithActiveSpan(span);
      auto child = tracer->StartActiveSpan("query");
      auto grandchild = tracer->StartSpan("never activated");
    }
    span->SetEndpoint("GET /a/{id}");
    auto unfinished = new Span(tracer->StartSpan("left open"));
    (void)unfinished;
    span->End();
  });
  const auto& spans = recording.spans;
  ASSERT_EQ(spans.size(), 4u);
  const Index root = span_named(recording, "GET /a/1");
  const Index child = span_named(recording, "query");
  const Index grandchild = span_named(recording, "never activated");
  const Index open = span_named(recording, "left open");
  ASSERT_NE(root, kNone);
  EXPECT_EQ(spans.parent_span_id[root], 0u);
  EXPECT_EQ(spans.parent_span_id[child], spans.span_id[root]);
  EXPECT_EQ(spans.parent_span_id[grandchild], spans.span_id[child]);
  EXPECT_EQ(spans.root[grandchild], root);
  EXPECT_EQ(spans.trace_id_low[grandchild], spans.trace_id_low[root]);
  EXPECT_NE(spans.trace_id_low[open], spans.trace_id_low[root]);
  EXPECT_EQ(recording.names[spans.endpoint[grandchild]], "GET /a/{id}");
  EXPECT_EQ(recording.names[spans.endpoint[open]], "<unfinished>");
  EXPECT_GE(spans.end_ns[root], spans.end_ns[child]);
  EXPECT_LE(spans.start_ns[root], spans.start_ns[child]);
}

TEST(Session, SpansCanBeHandedToAnotherThread) {
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    auto span = tracer->StartSpan("request");
    SpanContext context;
    {
      auto scope = tracer->WithActiveSpan(span);
      context = CaptureContext();
    }
    std::thread([&] {
      auto handed = ActivateContext(context);
      auto child = tracer->StartActiveSpan("render");
    }).join();
  });
  const Index root = span_named(recording, "request");
  const Index child = span_named(recording, "render");
  EXPECT_EQ(recording.spans.parent_span_id[child], recording.spans.span_id[root]);
  EXPECT_EQ(recording.spans.root[child], root);
}

TEST(Session, ThreadsAreNamedAndEnd) {
  const Recording recording = record("clock=none", [] {
    std::thread([] { pthread_setname_np(pthread_self(), "late name"); }).join();
  });
  ASSERT_EQ(recording.threads.size(), 2u);
  EXPECT_EQ(recording.threads.name[1], "late name");
  EXPECT_TRUE(recording.threads.ended[1]);
}

// Destructors of the program's own thread-specific data still run under the profiler's eyes.
TEST(Session, WaitsInThreadDestructorsAreRecorded) {
  const Recording recording = record("clock=none", [] {
    static pthread_key_t key;
    pthread_key_create(&key, [](void*) { usleep(3'000); });
    std::thread([] { pthread_setspecific(key, &key); }).join();
    pthread_key_delete(key);
  });
  const auto& waits = recording.waits;
  Index sleeps = 0;
  for (Index row = 0; row < waits.size(); ++row) {
    sleeps += waits.operation[row] == format::Operation::kSleep ? 1 : 0;
  }
  EXPECT_EQ(sleeps, 1u);
}

TEST(Session, StartsAndStopsManyTimesAndLeavesNothingBehind) {
  record("", [] { usleep(1'000); });
  const std::size_t before = open_descriptors();
  for (int cycle = 0; cycle < 20; ++cycle) {
    const Recording recording = record("rate=1000", [] {
      auto span = GetTracer("test")->StartActiveSpan("cycle");
      usleep(2'000);
    });
    ASSERT_EQ(recording.spans.size(), 1u) << "cycle " << cycle;
    ASSERT_EQ(recording.threads.size(), 1u) << "cycle " << cycle;
  }
  EXPECT_LE(open_descriptors(), before);
}

// Expected = recorded + dropped, to the record, when the ring is too small.
TEST(Session, EveryLostSpanIsCounted) {
  constexpr std::int64_t kSpans = 50'000;
  const Recording recording = record("clock=none,ring_kib=16,flush_ms=1000", [] {
    const auto tracer = GetTracer("test");
    for (std::int64_t i = 0; i < kSpans; ++i) tracer->StartSpan("flood")->End();
  });
  std::int64_t starts = 0, ends = 0;
  for (Index row = 0; row < recording.spans.size(); ++row) {
    starts += recording.spans.start_ns[row] >= 0 ? 1 : 0;
    ends += recording.spans.end_ns[row] >= 0 ? 1 : 0;
  }
  const std::int64_t dropped = recording.counters.at("spans.dropped_ring_full");
  EXPECT_GT(dropped, 0);
  EXPECT_EQ(starts + ends + dropped, 2 * kSpans);
}

// Fault: a child of fork writes into its parent's recording. Seen in: gperftools#546.
TEST(Session, AForkedChildRecordsNothing) {
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    auto span = tracer->StartActiveSpan("parent");
    const pid_t child = fork();
    if (child == 0) {
      {
        auto never = tracer->StartActiveSpan("child");
        usleep(1'000);
      }
      StopProfiler();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  });
  EXPECT_EQ(recording.spans.size(), 1u);
  EXPECT_TRUE(recording.report.intact);
}

// Fault: a full disk ends or disturbs the host program. Seen in: gperftools (RAW_CHECK on write).
// Pass: the program goes on, the file is readable up to its last whole block.
void fill_the_disk(const std::string& options, rlim_t disk_bytes) {
  const TemporaryPath output;
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{disk_bytes, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  ASSERT_EQ(StartProfiler({.output = output.path(), .options = options}), "");
  const auto tracer = GetTracer("test");
  for (int i = 0; i < 5'000; ++i) {
    auto span = tracer->StartActiveSpan("work");
    if (i % 100 == 0) usleep(2'000);
  }
  testing::internal::CaptureStderr();
  StopProfiler();
  const std::string message = testing::internal::GetCapturedStderr();
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_NE(message.find("File too large; kept the first"), std::string::npos) << message;
  const Recording recording = analysis::read_recording(output.path());
  EXPECT_GT(recording.spans.size(), 10u);
  EXPECT_TRUE(recording.report.intact) << recording.report.damage;
}

TEST(Session, AFullDiskStopsTheRecordingNotTheProgram) {
  fill_the_disk("clock=none,flush_ms=5,compress=no", 512 * 1024);
  fill_the_disk("clock=none,flush_ms=5", 64 * 1024);
}

// The same calls with and without: the same records, fewer bytes.
TEST(Session, ACompressedRecordingHoldsTheSame) {
  const auto body = [] {
    const auto tracer = GetTracer("test");
    for (int i = 0; i < 500; ++i) auto span = tracer->StartActiveSpan("work");
  };
  const Recording plain = record("clock=none,compress=no", body);
  const Recording packed = record("clock=none", body);
  EXPECT_EQ(plain.settings.at("compress"), "no");
  EXPECT_EQ(packed.settings.at("compress"), "zstd");
  EXPECT_EQ(plain.spans.size(), 500u);
  EXPECT_EQ(packed.spans.size(), 500u);
  EXPECT_EQ(plain.report.uncompressed_bytes, plain.report.file_bytes);
  EXPECT_LT(packed.report.file_bytes, packed.report.uncompressed_bytes / 2);
  EXPECT_EQ(packed.report.rejected_records, 0u);
}

}  // namespace
}  // namespace plumbline
