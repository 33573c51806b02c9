#include "harness/profilers/async_profiler.h"

#include <fmt/format.h>

#include <system_error>

#include "analysis/formats/read_profile.h"
#include "analysis/io/error.h"
#include "harness/profilers/sampled_profile.h"

namespace plumbline::harness {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::filesystem::path library() {
  return find_library("libasyncProfiler.so",
                      {"/opt/async-profiler/lib", "/opt/async-profiler",
                       "/usr/local/lib/async-profiler", "/usr/lib/async-profiler"});
}

class AsyncProfiler : public ProfilerAdapter {
 public:
  explicit AsyncProfiler(int rate_hz) : period_ns_(kNsPerSecond / rate_hz) {}

  std::string name() const override { return "async-profiler"; }

  Claims claims() const override {
    Claims claims;
    claims.categories[static_cast<std::size_t>(format::Category::kCpu)] = true;
    claims.functions = true;
    return claims;
  }

  std::string missing(const Interruption&) const override {
    return library().empty()
               ? "no libasyncProfiler.so in /opt/async-profiler or the library folders"
               : "";
  }

  std::string extension() const override { return ".collapsed"; }

  Launch launch(const LaunchOrder& order) const override {
    return {.environment = {{"LD_PRELOAD", library()},
                            {"ASPROF_COMMAND",
                             fmt::format("start,event=cpu,interval={}ns,collapsed,cstack=dwarf,"
                                         "file={}",
                                         period_ns_, order.output.string())}}};
  }

  Profile read(const std::filesystem::path& output, const workloads::Ledger& ledger,
               const Interruption&) const override {
    std::error_code ignored;
    if (!std::filesystem::exists(output, ignored)) {
      throw io::InputError("async-profiler wrote no stacks");
    }
    ProfileMapping mapping = default_mapping();
    mapping.period_ns = period_ns_;
    return profile_of_stacks(formats::read_profile(output), mapping, ledger);
  }

 private:
  std::int64_t period_ns_;  // its file does not say what a sample stands for
};

}  // namespace

std::unique_ptr<ProfilerAdapter> async_profiler(int rate_hz) {
  return std::make_unique<AsyncProfiler>(rate_hz);
}

}  // namespace plumbline::harness
