// `plumbline locks` on recordings with known content.
//
// Leaves its JSON documents in tables_for_schema_check/, where a test checks them against the
// schema.
#include "harness/cli/locks_command.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/analysis/command_output.h"

namespace plumbline::harness {
namespace {

using format::Category;
using nlohmann::json;
using test::has;
using test::RecordingBuilder;

constexpr std::uint64_t kCatalogue = 0xc0ffee;

class LocksCommand : public testing::Test {
 protected:
  // Thread 7 (span 1) and thread 8 (no span) wait for the lock that thread 9 holds in span 2: from
  // 100 to 300 and from 200 to 400. Thread 9 sleeps from 150 to 250 and is on its CPU else.
  LocksCommand() {
    builder_.name(1, "GET /report").name(2, "POST /rebuild").name(3, "copy");
    builder_.thread(3, 9).thread_start({.wall = 0});
    builder_.span_start({.id = 2, .root = 2, .start = 0, .name = 2});
    builder_.span_start({.id = 3, .root = 2, .parent = 2, .start = 0, .name = 3});
    builder_.scope({.wall = 0}, 3);
    builder_.sample(
        {.wall = 120, .cpu = 120, .period = 100, .span = 3, .frames = {0x10030, 0x10039}});
    builder_.wait({.begin = {.wall = 150, .cpu = 150},
                   .end = {.wall = 250, .cpu = 150, .switches = 1},
                   .span = 3,
                   .category = Category::kSync,
                   .frames = {0x10035, 0x10039}});
    builder_.scope({.wall = 500, .cpu = 400, .switches = 1}, 0).span_end(3, 500).span_end(2, 500);
    builder_.thread(1, 7).thread_start({.wall = 0});
    builder_.span_start({.id = 1, .root = 1, .start = 0, .name = 1}).scope({.wall = 0}, 1);
    wait(100, 300, 1, kCatalogue, 9, 3, 0x10011);
    builder_.scope({.wall = 310, .cpu = 110, .switches = 1}, 0).span_end(1, 310);
    builder_.thread(2, 8).thread_start({.wall = 0});
    wait(200, 400, 0, kCatalogue, 9, 3, 0x10012);
    wait(500, 510, 0, 0xbeef, 0, 0, 0x10012);
  }

  void wait(std::int64_t begin, std::int64_t end, std::uint64_t span, std::uint64_t object,
            std::int32_t owner_tid, std::uint64_t owner_span, std::uint64_t frame) {
    format::Wait wait{};
    const std::int64_t cpu = object == kCatalogue ? begin : begin - 200;
    wait.begin =
        test::edge({.wall = begin, .cpu = cpu, .switches = object == kCatalogue ? 0u : 1u});
    wait.end = test::edge({.wall = end, .cpu = cpu, .switches = object == kCatalogue ? 1u : 2u});
    wait.span_id = span;
    wait.object = object;
    wait.owner_tid = owner_tid;
    wait.owner_span_id = owner_span;
    wait.category = Category::kLock;
    wait.operation = format::Operation::kMutexLock;
    wait.frame_count = 1;
    builder_.record(format::RecordType::kWait, wait,
                    {reinterpret_cast<const char*>(&frame), sizeof frame});
  }

  std::string run(std::vector<std::string> options = {}, std::size_t without_last_bytes = 0) {
    options.insert(options.begin(),
                   {"locks", folder_.write("a.plumb", builder_, without_last_bytes)});
    return test::output_of(add_locks_command, std::move(options), outcome_);
  }
  json run_json(const std::string& kept_as) {
    const std::string text = run({"--json"});
    test::keep_document("locks_" + kept_as, text);
    return json::parse(text);
  }

  test::RecordingFolder folder_;
  RecordingBuilder builder_;
  Outcome outcome_;
};

TEST_F(LocksCommand, SaysWhoWaitedAndWhoHeldIt) {
  const json document = run_json("two");
  ASSERT_EQ(document["locks"].size(), 2u);
  const json& lock = document["locks"][0];
  EXPECT_EQ(lock["object"], "0xc0ffee");
  EXPECT_EQ(lock["operation"], "mutex_lock");
  EXPECT_EQ(lock["waits"], 2);
  EXPECT_EQ(lock["waiting_threads"], 2);
  EXPECT_EQ(lock["blocked_ns"], 400);
  ASSERT_EQ(lock["waiters"].size(), 2u);
  EXPECT_EQ(lock["waiters"][0]["blocked_ns"], 200);
  ASSERT_EQ(lock["holders"].size(), 1u);
  EXPECT_EQ(lock["holders"][0]["endpoint"], "POST /rebuild");
  EXPECT_EQ(lock["holders"][0]["span_name"], "copy");
  EXPECT_EQ(lock["longest"]["waiter"]["tid"], 7);
  EXPECT_EQ(lock["longest"]["waiter"]["span_id"], "0000000000000001");
  EXPECT_EQ(lock["longest"]["holder"]["tid"], 9);
  EXPECT_EQ(lock["longest"]["holder"]["span_id"], "0000000000000003");
  EXPECT_EQ(document["sums_agree"], true);
  EXPECT_EQ(document["blocked_ns"], 410);
}

// Fault: two threads that wait for one holder make it hold the lock twice as long.
// Pass: what it did from 100 to 400 counts once: 100 asleep, 200 on its CPU, where its sample was.
TEST_F(LocksCommand, WhatTheHolderDidMeanwhileCountsOnce) {
  const json lock = run_json("held")["locks"][0];
  EXPECT_EQ(lock["held_columns_ns"]["sync"], 100);
  EXPECT_EQ(lock["held_columns_ns"]["cpu"], 200);
  std::map<std::string, json> held;
  for (const json& row : lock["held_in"]) held[row["function"].get<std::string>()] = row;
  EXPECT_EQ(held["[0x10034]"]["columns_ns"]["sync"], 100);
  EXPECT_EQ(held["[0x10030]"]["columns_ns"]["cpu"], 200);
  EXPECT_EQ(held["[0x10030]"]["samples"], 1);
  EXPECT_EQ(held["[0x10038]"]["total_ns"], 300);
}

TEST_F(LocksCommand, AHolderThatIsNotKnownIsSaidSo) {
  const json lock = run_json("unknown")["locks"][1];
  EXPECT_EQ(lock["holders"][0]["known"], false);
  EXPECT_TRUE(lock["longest"]["holder"]["tid"].is_null());
  EXPECT_TRUE(lock["held_in"].empty());
  const std::string text = run();
  EXPECT_TRUE(has(text, "of 1 of 3 waits the holder is not known")) << text;
  EXPECT_TRUE(has(text, "held:   POST /rebuild / copy (2 waits, 1 threads, 0.000 ms)")) << text;
  EXPECT_TRUE(has(text, "1 more locks") == false && has(run({"--top", "1"}), "1 more locks"));
}

TEST_F(LocksCommand, WithoutLocksOrSpansThatIsSaid) {
  builder_ = RecordingBuilder();
  builder_.thread(1, 1).thread_start({.wall = 0}).thread_end({.wall = 100, .cpu = 100});
  EXPECT_TRUE(run_json("none")["locks"].empty());
  const std::string text = run();
  EXPECT_TRUE(has(text, "no thread was blocked on a lock")) << text;
  EXPECT_TRUE(has(text, "the recording has no spans")) << text;
  EXPECT_EQ(outcome_.exit_code, 0);
}

TEST_F(LocksCommand, ACutRecordingIsShownUpToTheCut) {
  builder_.process().setting("last", "block");
  EXPECT_TRUE(has(run({}, 5), "DAMAGED at byte "));
  EXPECT_EQ(outcome_.exit_code, 2);
  EXPECT_NE(test::error_of(add_locks_command, {"locks", "/nonexistent.plumb"}), "");
}

// A lock whose name is hostile cannot be, but an endpoint's can.
TEST_F(LocksCommand, NoOutputCarriesAnEscapeSequence) {
  builder_.name(3, "\x1b]0;owned\x07");
  for (const char character : run() + run({"--json"})) {
    const auto byte = static_cast<unsigned char>(character);
    ASSERT_TRUE((byte >= 0x20 && byte != 0x7f) || byte == '\n');
  }
}

}  // namespace
}  // namespace plumbline::harness
