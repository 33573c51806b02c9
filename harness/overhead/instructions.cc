#include "harness/overhead/instructions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <limits>
#include <string_view>
#include <system_error>

#include "analysis/io/error.h"
#include "harness/runs/child_process.h"
#include "harness/runs/run_directory.h"

namespace plumbline::harness {
namespace {

using std::filesystem::path;

constexpr const char* kValgrind = "/usr/bin/valgrind";
constexpr const char* kLoader = "/lib64/ld-linux-x86-64.so.2";  // preloads into the piece alone
constexpr std::array<std::string_view, 5> kPieces = {"span", "nested_spans", "mutex", "semaphore",
                                                     "pipe"};
// A read of two clocks that took too long is repeated, and under valgrind that is a matter of
// chance: single counts of a span differed by 0.2 %, the least of three by less.
constexpr int kTries = 3;
constexpr int kFew = 100, kMany = 1'100;  // the difference is free of what happens once

std::string contents(const path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// `library`: empty for none.
double count_once(const path& pieces, const path& library, std::string_view piece, int times,
                  const Interruption& interruption) {
  const RunDirectory folder;
  const path counts = folder.path() / "callgrind.out";
  ChildCommand command;
  command.arguments = {kValgrind,
                       "-q",
                       "--tool=callgrind",
                       "--collect-atstart=no",
                       "--toggle-collect=counted",
                       "--callgrind-out-file=" + counts.string(),
                       kLoader};
  if (!library.empty()) {
    command.arguments.insert(command.arguments.end(), {"--preload", library});
    command.environment = {{"PLUMBLINE_OUTPUT", folder.path() / "piece.plumb"},
                           {"PLUMBLINE_OPTIONS", "clock=none,cpu_clock=thread"}};
  }
  command.arguments.insert(command.arguments.end(),
                           {pieces, std::string(piece), std::to_string(times)});
  command.log = folder.path() / "valgrind.log";
  ChildProcess(command, interruption).finish(std::chrono::minutes(2));
  const double total = callgrind_total(contents(counts));
  if (total < 0) throw io::InputError(fmt::format("{}: callgrind wrote no total", piece));
  return total;
}

double instructions_of(const path& pieces, const path& library, std::string_view piece,
                       const Interruption& interruption) {
  const auto least = [&](int times) {
    double fewest = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kTries; ++i) {
      fewest = std::min(fewest, count_once(pieces, library, piece, times, interruption));
    }
    return fewest;
  };
  return (least(kMany) - least(kFew)) / (kMany - kFew);
}

}  // namespace

std::string instructions_missing() {
  std::error_code ignored;
  return std::filesystem::exists(kValgrind, ignored) ? "" : "valgrind is not installed";
}

std::vector<OverheadRow> count_instructions(const Installation& installation, const path& library,
                                            const Interruption& interruption) {
  const path pieces = installation.workload.parent_path() / "plumbline-pieces";
  std::vector<OverheadRow> rows;
  for (const std::string_view piece : kPieces) {
    OverheadRow row;
    row.scenario = "pieces";
    row.profiler = "plumbline";
    row.measure = piece;
    row.unit = "instructions";
    row.bare = instructions_of(pieces, "", piece, interruption);
    row.profiled = instructions_of(pieces, library, piece, interruption);
    row.ratio = row.profiled / row.bare;
    row.ci95 = {row.ratio, row.ratio};
    row.per_round = {{row.bare, row.profiled}};
    row.verdict = Verdict::kVacuous;
    row.reason = "no limit: it informs";
    rows.push_back(row);
  }
  return rows;
}

double callgrind_total(const std::string& text) {
  constexpr std::string_view kKey = "\ntotals: ";
  const std::size_t at = text.find(kKey);
  if (at == std::string::npos) return -1;
  double total = -1;
  std::from_chars(text.data() + at + kKey.size(), text.data() + text.size(), total);
  return total;
}

}  // namespace plumbline::harness
