#include "harness/profilers/uftrace.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <sstream>

#include "analysis/io/error.h"

namespace plumbline::harness {
namespace {

class Uftrace : public ProfilerAdapter {
 public:
  std::string name() const override { return "uftrace"; }

  Claims claims() const override {
    Claims claims;
    claims.functions = claims.functions_by_wall = true;
    return claims;
  }

  std::string version(const Interruption& interruption) const override {
    const std::string text = output_of({uftrace_, "--version"}, interruption);
    return text.substr(0, text.find('\n'));
  }

  std::string missing(const Interruption&) const override {
    return uftrace_.empty() ? "no program uftrace (Debian: apt install uftrace)" : "";
  }

  std::string extension() const override { return ".uftrace"; }

  Launch launch(const LaunchOrder& order) const override {
    const std::string functions = fmt::format("^({})$", fmt::join(functions_of(*order.spec), "|"));
    return {.prefix = {uftrace_, "record", "--no-libcall", "-P", functions, "-d", order.output}};
  }

  Profile read(const std::filesystem::path& output, const workloads::Ledger&,
               const Interruption& interruption) const override {
    Profile profile = parse_uftrace_report(output_of(
        {uftrace_, "report", "--no-pager", "-d", output, "-f", "total,self,call"}, interruption));
    profile.claims = claims();
    return profile;
  }

 private:
  std::string uftrace_ = find_tool("uftrace");
};

// "108.133 ms", its two words.
std::optional<double> duration_ns(const std::string& number, const std::string& unit) {
  static const std::map<std::string, double> kUnits = {
      {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
  const auto found = kUnits.find(unit);
  if (found == kUnits.end()) return std::nullopt;
  try {
    return std::stod(number) * found->second;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

Profile parse_uftrace_report(const std::string& report) {
  Profile profile;
  EndpointProfile& process = profile.endpoints[std::string(kWholeProcess)];
  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string total, total_unit, self, self_unit, function;
    std::uint64_t calls = 0;
    if (!(fields >> total >> total_unit >> self >> self_unit >> calls >> std::ws)) continue;
    std::getline(fields, function);
    // Self is without "linux:schedule", which stands as a call of its own.
    const std::optional<double> self_ns = duration_ns(self, self_unit);
    if (!self_ns || function.empty()) continue;
    process.function_cpu_ns[function] += static_cast<std::int64_t>(*self_ns);
  }
  return profile;
}

std::unique_ptr<ProfilerAdapter> uftrace_profiler() { return std::make_unique<Uftrace>(); }

}  // namespace plumbline::harness
