#include "harness/profilers/gperftools.h"

#include <algorithm>

#include "analysis/io/error.h"
#include "harness/profilers/gperftools_file.h"

namespace plumbline::harness {
namespace {

constexpr const char* kLibrary = "libprofiler.so.0";
constexpr int kMaxRateHz = 4000;  // libprofiler cuts what is above

class Gperftools : public ProfilerAdapter {
 public:
  std::string name() const override { return "gperftools"; }

  Claims claims() const override {
    Claims claims;
    claims.categories[static_cast<std::size_t>(format::Category::kCpu)] = true;
    claims.functions = true;
    return claims;
  }

  // The library's own name has it: libprofiler.so.0.5.5.
  std::string version(const Interruption&) const override {
    std::error_code ignored;
    return std::filesystem::canonical(find_library(kLibrary), ignored).filename();
  }

  std::string missing(const Interruption&) const override {
    return find_library(kLibrary).empty()
               ? "no libprofiler.so.0 (Debian: apt install libgoogle-perftools4)"
               : "";
  }

  std::string extension() const override { return ".prof"; }

  Launch launch(const LaunchOrder& order) const override {
    return {.environment = {
                {"LD_PRELOAD", find_library(kLibrary)},
                {"CPUPROFILE", order.output},
                {"CPUPROFILE_FREQUENCY", std::to_string(std::min(order.rate_hz, kMaxRateHz))}}};
  }

  Profile read(const std::filesystem::path& output, const workloads::Ledger&,
               const Interruption&) const override {
    std::error_code ignored;
    if (!std::filesystem::exists(output, ignored)) {
      throw io::InputError("gperftools wrote no profile");
    }
    return read_gperftools(output);
  }
};

}  // namespace

std::unique_ptr<ProfilerAdapter> gperftools_profiler() { return std::make_unique<Gperftools>(); }

}  // namespace plumbline::harness
