// Results over time: added once, by several at a time, and files that are damaged or another's.
#include "harness/history/history.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "analysis/io/error.h"
#include "harness/history/history_export.h"
#include "harness/history/series.h"
#include "tests/harness/hostile_results.h"

namespace plumbline::harness {
namespace {

Results result(const std::string& id, double error_ms = 0.1) {
  Results made = testing::small_results();
  made.environment.kernel = "Linux 6.1";
  made.environment.cpus = 2;
  made.provenance.id = id;
  made.provenance.name = "suite";
  made.provenance.started = "2026-11-" + std::to_string(10 + std::stoi(id)) + "T08:00:00Z";
  made.provenance.settings = {{"rate_hz", "1000"}, {"repeats", "3"}};
  CellRow& cell = made.cells.front();
  cell.error_ns = error_ms * 1e6;
  cell.ci95_ns = {cell.error_ns - 1e5, cell.error_ns + 1e5};
  return made;
}

class HistoryFile : public ::testing::Test {
 protected:
  HistoryFile() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::path(::testing::TempDir()) / (std::string("history_") + test->name());
    std::filesystem::remove_all(folder_);
    file_ = folder_ / "deep" / "history.sqlite";
  }

  History open() const { return {file_, History::Open::kOrNew}; }

  std::string complaint(History::Open how) const {
    try {
      History(file_, how);
    } catch (const io::InputError& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path folder_, file_;
};

TEST_F(HistoryFile, AddsAResultOnce) {
  EXPECT_TRUE(open().add(result("1"), "r"));
  EXPECT_FALSE(open().add(result("1"), "r"));
  EXPECT_TRUE(open().add(result("2"), "r"));
  const std::vector<HistoryEntry> entries = open().list({});
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].id, "1");
  EXPECT_EQ(entries[0].figures, 1);
  EXPECT_EQ(entries[0].settings, "rate_hz=1000");
  EXPECT_TRUE(entries[0].machine.starts_with("linux-6.1-2cpu-bare-"));
}

TEST_F(HistoryFile, IsInTheOrderOfTimeWhateverTheOrderOfAdding) {
  History history = open();
  for (const char* id : {"3", "1", "2"}) history.add(result(id), "r");
  const std::vector<HistoryEntry> all = history.list({});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].id + all[1].id + all[2].id, "123");
  HistoryFilter last;
  last.last = 2;
  ASSERT_EQ(history.list(last).size(), 2U);
  EXPECT_EQ(history.list(last)[0].id, "2");
  HistoryFilter since;
  since.since = "2026-11-12";
  EXPECT_EQ(history.list(since).size(), 2U);
}

TEST_F(HistoryFile, FiltersAreGlobs) {
  History history = open();
  history.add(result("1"), "r");
  HistoryFilter filter;
  filter.scenario = "sm*";
  EXPECT_EQ(history.figures(filter).size(), 1U);
  filter.figure = "lock";
  EXPECT_EQ(history.figures(filter).size(), 0U);
  filter.figure = "' OR 1 --";
  EXPECT_EQ(history.figures(filter).size(), 0U);
}

TEST_F(HistoryFile, RefusesWhatHasNoPlaceInIt) {
  History history = open();
  Results shard = result("1"), mixed = result("2"), old = result("3");
  shard.provenance.shard = {1, 3};
  mixed.provenance.mixed_machines = true;
  old.provenance = {};
  for (const Results& each : {shard, mixed, old}) {
    EXPECT_THROW(history.add(each, "place"), io::InputError);
  }
  EXPECT_TRUE(history.list({}).empty());
}

// Fault: two jobs that end together lose a result, or one of them ends with "database is locked".
// Pass: 4 programs add 12 results each to a file that none of them found, and all are there, whole.
TEST_F(HistoryFile, SeveralProgramsAddAtOnce) {
  constexpr int kPrograms = 4, kResults = 12;
  std::vector<pid_t> programs;
  int start[2];
  ASSERT_EQ(pipe(start), 0);
  for (int program = 0; program < kPrograms; ++program) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(start[1]);
      char byte = 0;
      if (read(start[0], &byte, 1) < 0) _exit(2);  // returns when the parent closes its end
      try {
        for (int i = 0; i < kResults; ++i) {
          open().add(result(std::to_string(program * kResults + i)), "r");
          open().add(result("0"), "r");  // all add this one as well
        }
      } catch (const std::exception& error) {
        fprintf(stderr, "%s\n", error.what());
        _exit(1);
      }
      _exit(0);
    }
    programs.push_back(child);
  }
  close(start[0]);
  close(start[1]);
  for (const pid_t child : programs) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const std::vector<HistoryEntry> entries = open().list({});
  EXPECT_EQ(entries.size(), static_cast<std::size_t>(kPrograms * kResults));
  for (const HistoryEntry& entry : entries) EXPECT_EQ(entry.figures, 1) << entry.id;
}

// Fault: a file that was cut (disk full, copied while in use) is read as a short history.
// Pass: cut anywhere, it is refused in one line that names it, or it is whole.
TEST_F(HistoryFile, CutFilesAreRefused) {
  Results large = result("1");
  for (int i = 0; i < 400; ++i) {
    large.cells.push_back(large.cells.front());
    large.cells.back().endpoint = "GET /" + std::to_string(i);
  }
  open().add(large, "r");  // closed again: the log is in the file
  const std::uintmax_t size = std::filesystem::file_size(file_);
  const std::filesystem::path whole = folder_ / "whole";
  std::filesystem::copy_file(file_, whole);
  int refused = 0;
  for (std::uintmax_t left = 100; left < size; left += size / 23) {
    std::filesystem::copy_file(whole, file_, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(file_, left);
    const std::string text = complaint(History::Open::kExisting);
    EXPECT_NE(text.find("history.sqlite: "), std::string::npos) << left << " of " << size;
    refused += text.empty() ? 0 : 1;
  }
  EXPECT_GE(refused, 20);
}

TEST_F(HistoryFile, OtherFilesAreRefusedAndLeftAlone) {
  EXPECT_NE(complaint(History::Open::kExisting).find("there is no history"), std::string::npos);
  std::filesystem::create_directories(file_.parent_path());
  std::ofstream(file_) << std::string(5000, 'x');
  EXPECT_NE(complaint(History::Open::kOrNew).find("history.sqlite: "), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(file_), 5000U);
  std::filesystem::remove(file_);
  {
    sqlite::Database other(file_, true);
    other.run("CREATE TABLE theirs (x)");
  }
  for (const auto how : {History::Open::kOrNew, History::Open::kExisting}) {
    EXPECT_NE(complaint(how).find("is no history of Plumbline"), std::string::npos);
  }
}

TEST_F(HistoryFile, LaterVersionsAreRefused) {
  open().add(result("1"), "r");
  {
    sqlite::Database later(file_, false);
    later.run("PRAGMA user_version = 2");
  }
  EXPECT_NE(complaint(History::Open::kOrNew).find("version 2"), std::string::npos);
}

TEST_F(HistoryFile, HostileNamesAreKeptAsTheyAreAndDefusedInCsv) {
  Results hostile = testing::hostile_results();
  hostile.provenance = result("1").provenance;
  History history = open();
  ASSERT_TRUE(history.add(hostile, "r"));
  const std::vector<HistoryFigure> figures = history.figures({});
  EXPECT_GT(figures.size(), 100U);
  const std::string csv = history_csv(figures);
  EXPECT_NE(csv.find("\"'=cmd|"), std::string::npos);
  EXPECT_EQ(csv.find("\"=cmd|"), std::string::npos);
  EXPECT_EQ(csv.find('\x1b'), std::string::npos);
  EXPECT_EQ(entries_text(history.list({})).find('\x1b'), std::string::npos);
}

TEST_F(HistoryFile, AShiftIsFoundAndSaid) {
  History history = open();
  std::mt19937_64 random(20261123);
  std::normal_distribution<double> noise(0, 0.05);
  for (int i = 0; i < 20; ++i) {
    history.add(result(std::to_string(i), (i < 12 ? 0.1 : 0.8) + noise(random)), "r");
  }
  const std::vector<Series> series = series_of(history.figures({}), {});
  ASSERT_EQ(series.size(), 1U);
  ASSERT_EQ(series[0].changes.size(), 1U);
  EXPECT_EQ(series[0].changes[0].index, 12U);
  const nlohmann::ordered_json json = series_json(series, 0.01);
  EXPECT_EQ(json["series"][0]["points"].size(), 20U);
  EXPECT_NEAR(json["series"][0]["changes"][0]["before"].get<double>(), 0.1, 0.05);
  EXPECT_NEAR(json["series"][0]["changes"][0]["after"].get<double>(), 0.8, 0.05);
  EXPECT_NE(changes_text(series, 0.01).find("2026-11-22T08:00:00Z"), std::string::npos);
}

// Fault: figures of two machines, or at two rates, are one series that changes all the time.
TEST_F(HistoryFile, OnlyWhatIsAlikeIsOneSeries) {
  History history = open();
  history.add(result("1"), "r");
  Results other = result("2");
  other.environment.cpus = 8;
  history.add(other, "r");
  other = result("3");
  other.provenance.settings["rate_hz"] = "199";
  history.add(other, "r");
  other = result("4");
  other.provenance.settings["repeats"] = "20";  // no hindrance
  history.add(other, "r");
  EXPECT_EQ(series_of(history.figures({}), {}).size(), 3U);
}

TEST(FiguresOfResult, UnfitAndSkippedRowsHaveNone) {
  Results some = result("1");
  some.cells[0].verdict = Verdict::kSkipped;
  EXPECT_TRUE(figures_of_result(some).empty());
  some.cells[0].verdict = Verdict::kInconclusive;
  some.cells[0].reason = "machine unfit: 4 of 9 runs invalid, such as x";
  EXPECT_TRUE(figures_of_result(some).empty());
}

TEST(FiguresOfResult, WhatIsNotFiniteIsLeftOut) {
  Results some = result("1");
  some.cells[0].ci95_ns = {-std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::infinity()};
  const std::vector<ResultFigure> figures = figures_of_result(some);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_FALSE(figures[0].lo.has_value());
  EXPECT_EQ(figures[0].unit, "%");
}

}  // namespace
}  // namespace plumbline::harness
