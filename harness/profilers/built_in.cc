#include "harness/profilers/built_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "analysis/attribution/partition.h"
#include "analysis/io/error.h"
#include "analysis/recording/reader.h"
#include "harness/build_info.h"
#include "harness/profilers/plumbline_profile.h"

namespace plumbline::harness {
namespace {

class BuiltIn : public ProfilerAdapter {
 public:
  BuiltIn(std::filesystem::path library, std::string variant)
      : library_(std::move(library)), variant_(std::move(variant)) {}

  std::string name() const override {
    return std::string(kBuiltIn) + (variant_.empty() ? "" : ":" + variant_);
  }
  Claims claims() const override { return all_claims(); }
  std::string version(const Interruption&) const override {
    return std::string(build_info::kVersion);
  }
  std::string extension() const override { return ".plumb"; }

  Launch launch(const LaunchOrder& order) const override {
    std::error_code ignored;
    if (!std::filesystem::exists(library_, ignored)) {
      throw io::InputError(library_.string() +
                           ": no such profiler library; build it, or name one with --library");
    }
    std::string options = fmt::format("rate={}", order.rate_hz);
    if (!variant_.empty()) options += "," + variant_;
    std::ranges::replace(options, '+', ',');
    return {.environment = {{"LD_PRELOAD", library_},
                            {"PLUMBLINE_OUTPUT", order.output},
                            {"PLUMBLINE_OPTIONS", options}}};
  }

  Profile read(const std::filesystem::path& output, const workloads::Ledger&,
               const Interruption&) const override {
    std::error_code ignored;
    if (!std::filesystem::exists(output, ignored)) {
      throw io::InputError(
          fmt::format("{}: the profiler wrote no recording; is it a profiler "
                      "library of this version?",
                      library_.string()));
    }
    const analysis::Recording recording = analysis::read_recording(output);
    return plumbline_profile(recording, analysis::partition_time(recording));
  }

 private:
  std::filesystem::path library_;
  std::string variant_;
};

class Bare : public ProfilerAdapter {
 public:
  std::string name() const override { return std::string(kBare); }
  Claims claims() const override { return {}; }
  std::string extension() const override { return ""; }
  Launch launch(const LaunchOrder&) const override { return {}; }
  Profile read(const std::filesystem::path&, const workloads::Ledger&,
               const Interruption&) const override {
    return {};
  }
};

// A wrong option would end as a run without a recording, and nobody would know why.
void check_variant(const std::string& variant) {
  static const std::set<std::string_view> kOptions = {
      "clock=auto",     "clock=perf",     "clock=timer",    "unwind=cfi",       "unwind=fp",
      "cpu_clock=auto", "cpu_clock=rseq", "cpu_clock=ring", "cpu_clock=thread", "unwind=libunwind"};
  std::istringstream options(variant);
  for (std::string option; std::getline(options, option, '+');) {
    if (kOptions.contains(option)) continue;
    throw io::InputError(fmt::format("--profiler built-in:{}: {} is not known; expected {}",
                                     variant, option, fmt::join(kOptions, ", ")));
  }
}

}  // namespace

std::unique_ptr<ProfilerAdapter> built_in_profiler(const std::filesystem::path& library,
                                                   const std::string& variant) {
  check_variant(variant);
  return std::make_unique<BuiltIn>(library, variant);
}

std::unique_ptr<ProfilerAdapter> no_profiler() { return std::make_unique<Bare>(); }

}  // namespace plumbline::harness
