// Ledger files: what was written is read, and nothing else is.
#include "workloads/ledger.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/io/error.h"
#include "tests/workloads/temporary_directory.h"
#include "workloads/ledger_json.h"
#include "workloads/ledger_layout.h"

namespace plumbline::workloads {
namespace {

LedgerRecord record_of(LedgerKind kind, std::uint32_t request) {
  return {request, 1, 2, kind, 3'000, 100, 200, 10, 20, 190, -1};
}

Ledger small_ledger() {
  Ledger ledger;
  ledger.spec_json = R"({"name": "s"})";
  ledger.seed = 0xFEDCBA9876543210;
  ledger.skipped = {"file: /dev/fuse cannot be opened: Permission denied"};
  LedgerThread& first = ledger.threads.emplace_back();
  first.tid = 4711;
  first.name = "worker-0";
  first.begin_ns = 90;
  first.end_ns = 300;
  first.cpu_ns = 50;
  first.run_delay_ns = 7;
  first.voluntary_switches = 3;
  first.records = {record_of(LedgerKind::kLock, 5), record_of(LedgerKind::kSpan, 6)};
  first.span_ids = {{0xABCDEF, 1, 0}};
  LedgerThread& second = ledger.threads.emplace_back();
  second.tid = 4712;
  second.name = "worker-1";
  return ledger;
}

class LedgerFile : public testing::Test {
 protected:
  std::string bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void set_bytes(const std::string& bytes) const {
    // Over the old bytes: a file that was truncated first is flushed to the disk on every close.
    std::ofstream(file_, std::ios::app).flush();
    std::fstream(file_, std::ios::binary | std::ios::in | std::ios::out) << bytes;
    std::filesystem::resize_file(file_, bytes.size());
  }

  // What the reader says about these bytes; empty when it accepts them.
  std::string complaint_about(const std::string& changed) const {
    set_bytes(changed);
    try {
      read_ledger(file_);
    } catch (const io::InputError& error) {
      return error.what();
    }
    return "";
  }

  std::string at_byte(std::uint64_t offset) const {
    return file_.string() + ": at byte " + std::to_string(offset) + ": ";
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "run.plumbledger";
};

TEST_F(LedgerFile, IsReadAsItWasWritten) {
  const Ledger written = small_ledger();
  write_ledger(written, file_);
  const Ledger read = read_ledger(file_);
  EXPECT_EQ(read.spec_json, written.spec_json);
  EXPECT_EQ(read.seed, written.seed);
  EXPECT_EQ(read.skipped, written.skipped);
  ASSERT_EQ(read.threads.size(), 2U);
  const LedgerThread& thread = read.threads[0];
  EXPECT_EQ(thread.tid, 4711);
  EXPECT_EQ(thread.name, "worker-0");
  EXPECT_EQ(thread.begin_ns, 90);
  EXPECT_EQ(thread.end_ns, 300);
  EXPECT_EQ(thread.cpu_ns, 50);
  EXPECT_EQ(thread.run_delay_ns, 7);
  EXPECT_EQ(thread.voluntary_switches, 3);
  ASSERT_EQ(thread.records.size(), 2U);
  EXPECT_EQ(std::memcmp(thread.records.data(), written.threads[0].records.data(),
                        2 * sizeof(LedgerRecord)),
            0);
  ASSERT_EQ(thread.span_ids.size(), 1U);
  EXPECT_EQ(thread.span_ids[0].span_id, 0xABCDEFU);
  EXPECT_EQ(thread.span_ids[0].record, 1U);
  EXPECT_EQ(read.threads[1].name, "worker-1");
  EXPECT_TRUE(read.threads[1].records.empty());
}

TEST_F(LedgerFile, CutAnywhereIsRefusedWithAnOffset) {
  write_ledger(small_ledger(), file_);
  const std::string whole = bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string complaint = complaint_about(whole.substr(0, size));
    const bool names_place = complaint.find(": at byte ") != std::string::npos;
    EXPECT_TRUE(names_place && complaint.find("is cut") != std::string::npos)
        << size << " bytes: " << complaint;
  }
  EXPECT_EQ(complaint_about(whole), "");
}

TEST_F(LedgerFile, AnyFlippedBitIsRefusedWithAnOffset) {
  write_ledger(small_ledger(), file_);
  const std::string whole = bytes();
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(complaint_about(flipped).find(": at byte "), std::string::npos) << "bit " << bit;
  }
}

TEST_F(LedgerFile, OfAnotherVersionIsRefusedByVersion) {
  write_ledger(small_ledger(), file_);
  std::string changed = bytes();
  changed[offsetof(LedgerFileHeader, version)] = 9;
  EXPECT_EQ(complaint_about(changed),
            at_byte(8) + "ledger of version 9; this program reads version 2");
}

TEST_F(LedgerFile, WhatIsNoLedgerIsSaidToBeNone) {
  EXPECT_EQ(complaint_about("PLUMBLINE recording, some other file"),
            at_byte(0) + "not a ledger; expected the file that --ledger wrote");
  EXPECT_EQ(complaint_about(""), at_byte(0) + "the ledger is cut; run the workload again");
}

TEST_F(LedgerFile, BytesAfterTheEndAreRefused) {
  write_ledger(small_ledger(), file_);
  const std::string whole = bytes();
  EXPECT_EQ(complaint_about(whole + '\0'),
            at_byte(whole.size()) +
                "there are bytes after the end of the ledger; run the workload again");
}

TEST_F(LedgerFile, RowsThatPointNowhereAreRefused) {
  Ledger ledger = small_ledger();
  ledger.threads[0].span_ids[0].record = 2;
  write_ledger(ledger, file_);
  EXPECT_NE(complaint_about(bytes()).find("a span id points to no record"), std::string::npos);
  ledger = small_ledger();
  ledger.threads[0].records[0].kind = static_cast<LedgerKind>(9);
  write_ledger(ledger, file_);
  EXPECT_NE(complaint_about(bytes()).find("a record is of an unknown kind"), std::string::npos);
}

TEST_F(LedgerFile, ThatIsMissingIsNamed) {
  try {
    read_ledger(file_);
    FAIL() << "a missing file was read";
  } catch (const io::InputError& error) {
    EXPECT_NE(std::string(error.what()).find(file_.string()), std::string::npos);
  }
}

TEST(LedgerJson, HasTheFieldsOfTheRecords) {
  const nlohmann::ordered_json document = ledger_to_json(small_ledger());
  EXPECT_EQ(document["schema"], "plumbline.ledger/2");
  EXPECT_EQ(document["seed"], 0xFEDCBA9876543210);
  EXPECT_EQ(document["spec"]["name"], "s");
  EXPECT_EQ(document["skipped"].size(), 1U);
  const auto& thread = document["threads"][0];
  EXPECT_EQ(thread["name"], "worker-0");
  EXPECT_EQ(thread["records"][0]["kind"], "lock");
  EXPECT_EQ(thread["records"][0]["release_ns"], 190);
  EXPECT_EQ(thread["records"][1]["kind"], "span");
  EXPECT_EQ(thread["span_ids"][0]["record"], 1);
}

}  // namespace
}  // namespace plumbline::workloads
