// Writes seeds for results_fuzzer into the folder given: results with every table, among them one
// whose every name means harm, and gate files.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/io/atomic_file.h"
#include "harness/gate/gate_file.h"
#include "harness/results/results_writer.h"
#include "tests/harness/hostile_results.h"

namespace {

using namespace plumbline;

// One row of each table: short enough to be changed in every field.
harness::Results one_row_each() {
  harness::Results results = harness::testing::hostile_results();
  results.cells.resize(1);
  results.runs.resize(1);
  results.functions.resize(1);
  results.links.resize(1);
  results.conservation.resize(1);
  results.confusion.resize(1);
  results.sweeps.resize(1);
  results.oracle.resize(1);
  results.assertions.resize(1);
  results.gate->wider.resize(1);
  results.gate->entries.resize(1);
  return results;
}

constexpr const char* kGate = R"(G{"schema": "plumbline.gate/1", "vacuous_percent": 5,
"tolerances": [{"scenario": "a*", "category": "cpu", "percent": 1, "gates": false}],
"never": [{"endpoint": "?", "function": "^(a|b)+$", "evidence": 3}],
"losses": [{"cause": "waits.*", "at_most": 0}]})";

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fputs("usage: results_seeds FOLDER\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path folder = arguments[1];
    std::filesystem::create_directories(folder);
    harness::write_results(harness::testing::small_results(), folder / "small");
    harness::write_results(one_row_each(), folder / "one_row_each");
    io::write_file_atomically(folder / "gate", kGate);
    io::write_file_atomically(folder / "default_gate", "G" + harness::default_gate_text());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return 0;
}
