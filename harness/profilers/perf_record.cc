#include "harness/profilers/perf_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>

#include "analysis/formats/read_profile.h"
#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "harness/profilers/sampled_profile.h"
#include "harness/runs/run_directory.h"

namespace plumbline::harness {
namespace {

class PerfRecord : public ProfilerAdapter {
 public:
  explicit PerfRecord(std::string call_graph) : call_graph_(std::move(call_graph)) {}

  std::string name() const override { return call_graph_ == "fp" ? "perf" : "perf-dwarf"; }

  Claims claims() const override {
    Claims claims;
    claims.categories[static_cast<std::size_t>(format::Category::kCpu)] = true;
    claims.functions = true;
    return claims;
  }

  std::string version(const Interruption& interruption) const override {
    const std::string text = output_of({perf_, "--version"}, interruption);
    return text.substr(0, text.find('\n'));
  }

  // The kernel may refuse its events to this user, which only a trial tells.
  std::string missing(const Interruption& interruption) const override {
    if (perf_.empty()) return "no program perf (Debian: apt install linux-perf)";
    const RunDirectory run;
    try {
      output_of(record_command(run.path() / "trial.perf", 1000, "/bin/true"), interruption);
      return "";
    } catch (const io::InputError& error) {
      return fmt::format("perf record is refused here: {}", error.what());
    }
  }

  std::string extension() const override { return ".perf"; }

  Launch launch(const LaunchOrder& order) const override {
    return {.prefix = record_command(order.output, order.rate_hz, "")};
  }

  Profile read(const std::filesystem::path& output, const workloads::Ledger& ledger,
               const Interruption& interruption) const override {
    std::string script = output_of(
        {perf_, "script", "--no-inline", "--show-lost-events", "-i", output}, interruption);
    const std::int64_t lost = take_lost_events(script);
    const std::filesystem::path text = output.string() + "-script.txt";
    io::write_file_atomically(text, script);
    Profile profile = profile_of_stacks(formats::read_profile(text), default_mapping(), ledger);
    profile.losses["events.lost"] = lost;
    return profile;
  }

 private:
  std::vector<std::string> record_command(const std::filesystem::path& output, int rate_hz,
                                          const std::string& program) const {
    std::vector<std::string> command = {
        perf_,          "record",    "-q", "-e",   "task-clock", "-F", std::to_string(rate_hz),
        "--call-graph", call_graph_, "-o", output, "--"};
    if (!program.empty()) command.push_back(program);
    return command;
  }

  std::string call_graph_;
  std::string perf_ = find_tool("perf");
};

}  // namespace

std::int64_t take_lost_events(std::string& script) {
  constexpr std::string_view kMark = "PERF_RECORD_LOST";
  std::istringstream lines(script);
  std::string kept;
  std::int64_t lost = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t mark = line.find(kMark);
    if (mark == std::string::npos || line.starts_with('\t')) {  // a tab: a frame
      kept += line + "\n";
      continue;
    }
    const std::size_t digit = line.find_first_of("0123456789", line.find(' ', mark));
    std::int64_t events = 0;
    if (digit != std::string::npos) {
      std::from_chars(line.data() + digit, line.data() + line.size(), events);
    }
    lost += std::max<std::int64_t>(1, events);
  }
  script = std::move(kept);
  return lost;
}

std::unique_ptr<ProfilerAdapter> perf_profiler(const std::string& call_graph) {
  return std::make_unique<PerfRecord>(call_graph);
}

}  // namespace plumbline::harness
