// results.json read back: what was written is found again, to the byte; what is wrong is refused
// in one line that names the file and the place.
#include "harness/results/results_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "analysis/io/error.h"
#include "harness/results/results_document.h"
#include "harness/results/results_writer.h"
#include "harness/results/row_fields.h"
#include "harness/runs/campaign.h"
#include "harness/runs/environment.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;

Results synthetic_results(int repeats, const testing::Disturbance& disturbance = {}) {
  Campaign campaign{"synthetic", "plumbline", {}};
  for (int repeat = 1; repeat <= repeats; ++repeat) {
    campaign.runs.push_back(testing::scored(
        testing::synthetic_run(static_cast<std::uint64_t>(repeat), disturbance), repeat));
  }
  Results so_far;
  so_far.environment = read_environment();
  return judge_campaigns({campaign}, Tolerances{}, std::move(so_far));
}

// Every table has a row, every optional figure is there once and absent once.
Results whole_results() {
  Results results = synthetic_results(2);
  results.runs[0].losses["waits.dropped"] = 3;
  results.runs[0].reasons = {"a reason", "another"};
  results.runs[0].overhead_pct = 1.25;
  results.cells[1].reason = "a reason";
  results.cells[1].sampling_error_pct.reset();
  results.sweeps.push_back(
      {"sweep", "plumbline", "wait_us", {{1, 0.5, Interval{-1, 2}}, {2, {}, {}}}, 2.0});
  OracleRow oracle;
  oracle.scenario = "synthetic";
  oracle.category = "cpu";
  oracle.error_ns = -1;
  results.oracle.push_back(oracle);
  OverheadRow overhead;
  overhead.scenario = "fixed_work";
  overhead.profiler = "plumbline";
  overhead.rate_hz = 199;
  overhead.ratio = 1.01;
  overhead.ci95 = {1.0, 1.02};
  overhead.detectable = 0.01;
  overhead.per_round = {{1e9, 1.01e9}, {1e9, 1.02e9}};
  results.overhead.push_back(overhead);
  overhead.limit = 1.02;
  overhead.reason = "a reason";
  results.overhead.push_back(overhead);
  results.cells[2].gate = {"tolerances[1]", false};
  results.cells[2].default_tolerance_ns = 5.5;
  results.functions[0].gate = {"functions[0]", true};
  results.links[0].invented_tolerance_pct = 2;
  results.conservation[0].default_residual_tolerance_pct = 0.25;
  AssertionRow assertion;
  assertion.scenario = assertion.profiler = "synthetic";
  assertion.kind = "absence";
  assertion.endpoint = "GET /a";
  assertion.pattern = "^x";
  assertion.gate.rule = "never[0]";
  results.assertions.push_back(assertion);
  results.gate = GateUse{"g.json", "", {{"never[0]", "all rows", 1}}, {"wider"}};
  results.provenance = {.id = "id",
                        .name = "suite",
                        .started = "2026-11-23T00:20:00Z",
                        .settings = {{"rate_hz", "1000"}},
                        .scenarios = {"synthetic"},
                        .sweeps = {"sweep"},
                        .shard = Shard{2, 3},
                        .mixed_machines = true};
  return results;
}

std::string text_of(const Results& results) {
  return results_to_json(results).dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string complaint(const std::string& text) {
  try {
    results_from_json(text, "f.json");
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "";
}

// The complaint about a result in which one place was changed.
std::string complaint_after(const std::function<void(Json&)>& change) {
  Json json = results_to_json(whole_results());
  change(json);
  return complaint(json.dump());
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ResultsReader, WhatWasWrittenIsReadAndWrittenAgainToTheByte) {
  // One run has unbounded intervals; a disturbed machine has reasons; no file: skipped rows.
  for (const Results& results :
       {whole_results(), synthetic_results(1), synthetic_results(3, {.stall_ns = 300'000'000}),
        synthetic_results(2, {.no_file = true})}) {
    const std::string text = text_of(results);
    EXPECT_EQ(text_of(results_from_json(text, "f.json")), text);
  }
}

TEST(ResultsReader, ReadsAFolderOrAFile) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "read_back";
  std::filesystem::create_directories(folder);
  write_results(whole_results(), folder / "results.json");
  EXPECT_EQ(text_of(read_results(folder)), text_of(whole_results()));
  EXPECT_EQ(text_of(read_results(folder / "results.json")), text_of(whole_results()));
}

TEST(ResultsReader, PassesOverWhatALaterVersion1Adds) {
  Json json = results_to_json(whole_results());
  const std::string before = json.dump();
  json["later"] = {{{"a", {1, 2, {{"b", nullptr}}}}}};
  json["cells"][0]["later"] = {1, {2}};
  EXPECT_EQ(results_to_json(results_from_json(json.dump(), "f.json")).dump(), before);
}

TEST(ResultsReader, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(complaint_after([](Json& json) { json["cells"][3]["error_ns"] = "5"; }),
            "f.json: cells[3].error_ns: expected a number, found \"5\"");
  EXPECT_EQ(complaint_after([](Json& json) { json["cells"][3].erase("verdict"); }),
            "f.json: cells[3].verdict: expected one of pass, fail, inconclusive, vacuous, "
            "not_offered, skipped, found nothing");
  EXPECT_EQ(complaint_after([](Json& json) { json["cells"][0]["per_run"][1]["lo"] = 1.5; }),
            "f.json: cells[0].per_run[1].lo: expected an integer of 64 bits, found 1.5");
  EXPECT_EQ(complaint_after([](Json& json) { json["cells"][0]["ci95_ns"] = {1}; }),
            "f.json: cells[0].ci95_ns: expected two numbers or null, found an array of 1");
  EXPECT_EQ(complaint_after([](Json& json) { json["runs"][1]["machine"] = "fine"; }),
            "f.json: runs[1].machine: expected one of ok, degraded, invalid, found \"fine\"");
  EXPECT_EQ(complaint_after([](Json& json) { json["runs"][0]["seed"] = -1; }),
            "f.json: runs[0].seed: expected an integer, 0 or more, found -1");
  EXPECT_EQ(complaint_after([](Json& json) { json["links"][0]["tolerance"].erase("none_pct"); }),
            "f.json: links[0].tolerance.none_pct: expected a number, found nothing");
  EXPECT_EQ(complaint_after([](Json& json) { json["summary"]["exit_code"] = 2; }),
            "f.json: summary.exit_code: expected one of 0, 1, 3, 77, found 2");
  EXPECT_EQ(complaint_after([](Json& json) { json["cells"][0] = 7; }),
            "f.json: cells[0]: expected an object, found 7");
}

TEST(ResultsReader, NamesTheSectionThatIsMissingOrOfAnotherKind) {
  for (const char* section : {"environment", "runs", "cells", "functions", "links", "conservation",
                              "confusion", "sweeps", "summary"}) {
    const std::string found = complaint_after([&](Json& json) { json.erase(section); });
    EXPECT_EQ(found, std::string("f.json: ") + section + ": is missing");
  }
  EXPECT_EQ(complaint_after([](Json& json) { json["environment"] = Json::array(); }),
            "f.json: environment: expected an object");
  EXPECT_EQ(complaint_after([](Json& json) { json["cells"] = Json::object(); }),
            "f.json: cells: expected an array");
  EXPECT_EQ(complaint("[]"), "f.json: expected an object, found an array");
  EXPECT_EQ(complaint("7"), "f.json: expected an object");
  EXPECT_EQ(complaint("{}"), "f.json: schema: is missing: this is no result");
}

TEST(ResultsReader, RefusesAnotherVersion) {
  const std::string found =
      complaint_after([](Json& json) { json["schema"] = "plumbline.results/2"; });
  EXPECT_NE(found.find("expected plumbline.results/1, found plumbline.results/2"),
            std::string::npos)
      << found;
  EXPECT_NE(complaint_after([](Json& json) { json["schema"] = {"plumbline.results/1"}; }), "");
}

// Fault: a number that is none passes every comparison with a tolerance.
TEST(ResultsReader, RefusesNumbersThatAreNotFinite) {
  const std::string whole = results_to_json(whole_results()).dump();
  for (const char* number : {"NaN", "Infinity", "-Infinity", "1e999", "-1e999", "nan"}) {
    const std::string found = complaint(replaced(
        whole,
        "\"summary\":{\"pass\":", std::string("\"summary\":{\"pass\":") + number + ",\"x\":"));
    EXPECT_EQ(found.rfind("f.json: at byte ", 0), 0u) << number << ": " << found;
    EXPECT_EQ(found.find('\n'), std::string::npos);
  }
}

TEST(ResultsReader, RefusesWhatIsCutOrNoJson) {
  const std::string whole = results_to_json(whole_results()).dump();
  for (std::size_t length = 0; length < whole.size(); length += 97) {
    EXPECT_EQ(complaint(whole.substr(0, length)).rfind("f.json: at byte ", 0), 0u) << length;
  }
  EXPECT_NE(complaint(whole + "x"), "");
  EXPECT_NE(complaint("\x7f"
                      "ELF"),
            "");
  EXPECT_NE(complaint(replaced(whole, "synthetic", "s\xff")), "");
}

TEST(ResultsReader, RefusesAFieldThatStandsTwice) {
  const std::string whole = results_to_json(whole_results()).dump();
  EXPECT_EQ(complaint(replaced(whole, "\"category\":", "\"endpoint\":\"\",\"category\":")),
            "f.json: cells[0].endpoint: stands twice");
  EXPECT_EQ(complaint(replaced(whole, "\"links\":", "\"cells\":")), "f.json: cells: stands twice");
}

// Fault: a file of brackets ends the reader by its stack, or by memory.
TEST(ResultsReader, BoundsDepthAndSizeOfARow) {
  const auto nested = [](std::size_t levels) {  // the document is one of them
    return "{\"later\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  EXPECT_EQ(complaint(nested(16)), "f.json: schema: is missing: this is no result");
  EXPECT_EQ(complaint(nested(17)), "f.json: later[0]: nested deeper than 16");
  EXPECT_EQ(complaint(nested(1'000'000)), "f.json: later[0]: nested deeper than 16");
  std::string wide = "{\"cells\":[{\"x\":[0";
  for (std::size_t i = 0; i < kMaxRowValues; ++i) wide += ",0";
  EXPECT_EQ(complaint(wide), "f.json: cells[0]: more than 1000000 values in one row");
  const std::string long_name(kMaxResultTextBytes + 1, 'x');
  EXPECT_EQ(complaint_after([&](Json& json) { json["cells"][0]["endpoint"] = long_name; }),
            "f.json: cells[0].endpoint: expected a text of at most 65536 bytes, found a text of "
            "65537 bytes");
  EXPECT_NE(complaint_after([](Json& json) {
              json["runs"][0]["reasons"] = std::vector<std::string>(1001, "x");
            }),
            "");
}

// Fault: a text of three bytes takes forty in memory; of 100 MB of them came 1,000.
TEST(ResultsReader, BoundsReasonsAndLossesOfAllRuns) {
  Json json = results_to_json(whole_results());
  json["runs"][0]["reasons"] = std::vector<std::string>(1000, "x");
  json["runs"][0]["losses"] = Json::object();
  const std::string run = json["runs"][0].dump();
  json["runs"] = Json::array();
  std::string runs = run;
  for (std::size_t i = 1; i < kMaxResultNotes / 1000; ++i) runs += "," + run;
  const auto with = [&](const std::string& rows) {
    return replaced(json.dump(), "\"runs\":[", "\"runs\":[" + rows);
  };
  EXPECT_EQ(complaint(with(runs)), "");
  EXPECT_EQ(complaint(with(runs + "," + run)),
            "f.json: runs[2000]: more than 2000000 reasons and losses in all runs");
}

// Fault: a damaged file ends the reader, or is read with a figure that is none.
// Pass: refused as input, or whole and writable; 3,000 damages, seed printed.
TEST(ResultsReader, DamagedFilesAreRefusedOrWhole) {
  const std::string whole = results_to_json(whole_results()).dump();
  const std::uint32_t seed = std::random_device{}();
  std::mt19937 random(seed);
  const std::string_view bytes = "[]{},:\"0-9eE.+tfnu\\ \x01\xff";
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = whole;
    for (int change = 0; change <= i % 3; ++change) {
      damaged[random() % damaged.size()] = bytes[random() % bytes.size()];
    }
    try {
      text_of(results_from_json(damaged, "f.json"));
    } catch (const io::InputError& error) {
      ++refused;
      EXPECT_EQ(std::string(error.what()).rfind("f.json: ", 0), 0u) << error.what();
    }
  }
  EXPECT_GT(refused, 1000) << "seed " << seed;
  std::cout << "seed " << seed << ": " << refused << " of 3000 refused\n";
}

// Fault: a file of a gigabyte is read before somebody asks how large it is.
TEST(ResultsReader, RefusesALargeFileBeforeItIsRead) {
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "large.json";
  std::ofstream(file) << "{";
  std::filesystem::resize_file(file, 1'000'000'000);  // a hole: takes no disk
  try {
    read_results(file);
    FAIL() << "was read";
  } catch (const io::InputError& error) {
    EXPECT_EQ(
        std::string(error.what()),
        file.string() + ": has 1000000000 bytes; results of more than 536870912 are not read");
  }
  std::filesystem::remove(file);
}

TEST(ResultsReader, RefusesWhatIsNotThere) {
  EXPECT_THROW(read_results("/nowhere"), io::InputError);
  EXPECT_THROW(read_results("/dev/zero"), io::InputError);
  EXPECT_THROW(read_results("/proc/self"), io::InputError);
}

TEST(ResultsReader, ProvenanceIsWholeOrAbsent) {
  EXPECT_EQ(complaint_after([](Json& json) { json.erase("provenance"); }), "");
  EXPECT_EQ(complaint_after([](Json& json) { json["provenance"]["shard"] = nullptr; }), "");
  for (const char* field : {"id", "name", "started", "settings", "scenarios", "sweeps"}) {
    const std::string text = complaint_after([&](Json& json) { json["provenance"].erase(field); });
    EXPECT_NE(text.find(std::string("provenance.") + field), text.npos) << text;
  }
  for (const auto& shard : {Json{{"index", 0}, {"total", 3}}, Json{{"index", 4}, {"total", 3}}}) {
    const std::string text =
        complaint_after([&](Json& json) { json["provenance"]["shard"] = shard; });
    EXPECT_NE(text.find("provenance.shard: expected a shard 1/N to N/N"), text.npos) << text;
  }
}

}  // namespace
}  // namespace plumbline::harness
