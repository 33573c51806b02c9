#include "harness/profilers/find_profiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "analysis/io/error.h"
#include "analysis/io/terminal_text.h"
#include "harness/profilers/async_profiler.h"
#include "harness/profilers/built_in.h"
#include "harness/profilers/described_profiler.h"
#include "harness/profilers/gperftools.h"
#include "harness/profilers/perf_record.h"
#include "harness/profilers/uftrace.h"

namespace plumbline::harness {
namespace {

constexpr std::string_view kNames =
    "built-in, built-in:OPTION=VALUE, bare, perf, perf-dwarf, gperftools, uftrace, async-profiler "
    "or a FILE.json that describes one";

// "built-in:clock=timer" -> "clock=timer"; "built-in" -> "".
std::optional<std::string> variant_of(const std::string& name) {
  for (const std::string_view own : {std::string_view("built-in"), kBuiltIn}) {
    if (name == own) return "";
    if (name.starts_with(std::string(own) + ":") && name.size() > own.size() + 1) {
      return name.substr(own.size() + 1);
    }
  }
  return std::nullopt;
}

ProfilerRow row_of(const ProfilerAdapter& adapter, const Interruption& interruption) {
  ProfilerRow row;
  row.profiler = adapter.name();
  row.claims = claimed(adapter.claims());
  row.not_offered = not_offered(adapter.claims());
  row.reason = adapter.missing(interruption);
  if (row.reason.empty()) {
    row.version = adapter.version(interruption);
  } else {
    row.state = ProfilerState::kMissing;
  }
  return row;
}

}  // namespace

std::unique_ptr<ProfilerAdapter> find_profiler(const std::string& name,
                                               const std::filesystem::path& library, int rate_hz) {
  if (const auto variant = variant_of(name)) return built_in_profiler(library, *variant);
  if (name == kBare) return no_profiler();
  if (name == "perf") return perf_profiler("fp");
  if (name == "perf-dwarf") return perf_profiler("dwarf");
  if (name == "gperftools") return gperftools_profiler();
  if (name == "uftrace") return uftrace_profiler();
  if (name == "async-profiler") return async_profiler(rate_hz);
  if (name.ends_with(".json")) return described_profiler(name);
  throw io::InputError(fmt::format("--profiler {}: not known; expected {}", name, kNames));
}

Bench set_up_bench(const std::vector<std::string>& names, const std::filesystem::path& library,
                   int rate_hz, const Interruption& interruption) {
  Bench bench;
  for (const std::string& name : names) {
    std::shared_ptr<const ProfilerAdapter> adapter = find_profiler(name, library, rate_hz);
    const bool twice = std::ranges::any_of(
        bench.rows, [&](const ProfilerRow& row) { return row.profiler == adapter->name(); });
    if (twice || adapter->name() == kLedger) {
      throw io::InputError(fmt::format("--profiler {}: {}", name,
                                       twice ? "named twice" : "this name is the ledger's"));
    }
    bench.rows.push_back(row_of(*adapter, interruption));
    if (bench.rows.back().state == ProfilerState::kJudged) {
      bench.present.push_back(std::move(adapter));
      continue;
    }
    fmt::print(stderr, "{}: not on this machine: {}\n",
               io::terminal_safe(bench.rows.back().profiler),
               io::terminal_safe(bench.rows.back().reason));
  }
  return bench;
}

}  // namespace plumbline::harness
