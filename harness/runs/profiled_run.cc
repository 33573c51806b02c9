#include "harness/runs/profiled_run.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <string>
#include <system_error>

#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "harness/runs/child_process.h"
#include "harness/runs/run_directory.h"

namespace plumbline::harness {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTruthServerStart{10'000};
constexpr double kNsPerIteration = 20;  // of the workload's multiply chain, for estimates only

// Far above what an overloaded machine takes; a run that hangs is still told from a slow one.
milliseconds time_limit(std::int64_t expected_ns) {
  return milliseconds{60'000 + 10 * expected_ns / 1'000'000};
}

ChildCommand truth_server(const Installation& installation, const std::filesystem::path& run) {
  // SIGTERM even when the harness is killed: the server takes its mount down.
  return {.arguments = {installation.truthd, "--directory", run / "truth"},
          .log = run / "truthd.log",
          .death_signal = SIGTERM};
}

ChildCommand workload(const RunPlan& plan, const Installation& installation, const RunFiles& files,
                      const std::filesystem::path& run) {
  const std::filesystem::path spec_file = run / "scenario.json";
  io::write_file_atomically(spec_file, plan.spec->json);
  ChildCommand command;
  command.arguments = {installation.workload,
                       "--spec",
                       spec_file,
                       "--seed",
                       std::to_string(plan.seed),
                       "--truth",
                       run / "truth",
                       "--ledger",
                       files.ledger};
  if (plan.ledger_full) command.arguments.push_back("--ledger-full");
  if (!plan.library.empty()) {
    command.environment = {{"LD_PRELOAD", plan.library},
                           {"PLUMBLINE_OUTPUT", files.recording},
                           {"PLUMBLINE_OPTIONS", fmt::format("rate={}", plan.rate_hz)}};
  }
  command.arguments.insert(command.arguments.begin(), plan.launch.prefix.begin(),
                           plan.launch.prefix.end());
  for (const auto& [name, value] : plan.launch.environment) command.environment[name] = value;
  command.log = run / "workload.log";
  return command;
}

bool is_there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

// Who waits for a contended lock waits for its holders.
double segment_ns(const workloads::Segment& segment, std::int64_t workers) {
  return segment.iterations > 0
             ? kNsPerIteration * static_cast<double>(segment.iterations)
             : static_cast<double>(segment.duration_ns + workers * segment.hold_ns);
}

// Of all its repetitions in one request.
double step_ns(const workloads::Step& step, std::int64_t workers) {
  return segment_ns(step.segment, workers) * static_cast<double>(step.times);
}

}  // namespace

RunFiles run_workload(const RunPlan& plan, const Installation& installation,
                      const Interruption& interruption, const std::function<void()>& before) {
  RunFiles files;
  files.ledger = plan.files.string() + ".plumbledger";
  if (!plan.library.empty()) files.recording = plan.files.string() + ".plumb";
  const RunDirectory run;
  ChildProcess truthd(truth_server(installation, run.path()), interruption);
  truthd.read_line(kTruthServerStart);  // "ready: ...": what it cannot offer is in the ledger too
  before();
  const StealReading before_run = read_steal();
  ChildProcess(workload(plan, installation, files, run.path()), interruption)
      .finish(time_limit(expected_duration_ns(*plan.spec)));
  files.steal_pct = steal_pct(before_run, read_steal());
  return files;
}

RunFiles run_under_plumbline(const RunPlan& plan, const Installation& installation,
                             const Interruption& interruption) {
  if (!is_there(plan.library)) {
    throw io::InputError(plan.library.string() +
                         ": no such profiler library; build it, or name one with --library");
  }
  RunFiles files = run_workload(plan, installation, interruption, [] {});
  if (!is_there(files.recording)) {
    throw io::InputError(
        fmt::format("{}: the profiler wrote no recording; is it a profiler "
                    "library of this version?",
                    plan.library.string()));
  }
  return files;
}

std::int64_t expected_duration_ns(const workloads::Spec& spec) {
  double total_ns = 0;
  for (const workloads::Endpoint& endpoint : spec.endpoints) {
    double request_ns = static_cast<double>(spec.think_ns);
    if (spec.between) request_ns += segment_ns(*spec.between, 0);
    for (const workloads::Step* step : workloads::steps_by_number(endpoint)) {
      if (step != nullptr && step->span.empty()) request_ns += step_ns(*step, spec.workers);
    }
    total_ns += request_ns * static_cast<double>(endpoint.weight * spec.rounds);
  }
  return static_cast<std::int64_t>(total_ns / static_cast<double>(spec.workers));
}

}  // namespace plumbline::harness
