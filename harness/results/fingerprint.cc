#include "harness/results/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <map>
#include <string_view>

namespace plumbline::harness {
namespace {

// "Linux 6.1.0-18-amd64" -> "Linux 6.1"
std::string major_and_minor(const std::string& kernel) {
  std::size_t end = kernel.find_first_of("0123456789");
  if (end == kernel.npos) return kernel;
  for (int number = 0; number < 2; ++number) {
    end = std::min(kernel.find_first_not_of("0123456789", end), kernel.size());
    const bool more = end + 1 < kernel.size() && kernel[end] == '.';
    if (number == 1 || !more) break;
    ++end;
  }
  return kernel.substr(0, end);
}

std::string plain(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    c = byte < 0x80 && (std::isalnum(byte) != 0 || c == '.') ? static_cast<char>(std::tolower(byte))
                                                             : '-';
  }
  constexpr std::size_t kMaxBytes = 40;
  return text.substr(0, kMaxBytes);
}

using Texts = std::map<std::string, std::string>;

std::vector<std::string> differences(const Texts& a, const Texts& b) {
  std::vector<std::string> lines;
  Texts all = a;
  all.insert(b.begin(), b.end());
  for (const auto& entry : all) {
    const auto in = [&](const Texts& texts) {
      const auto found = texts.find(entry.first);
      return found == texts.end() || found->second.empty() ? std::string("none") : found->second;
    };
    if (in(a) != in(b)) lines.push_back(fmt::format("{}: {} and {}", entry.first, in(a), in(b)));
  }
  return lines;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> machine_parts(const Environment& environment) {
  return {{"cpu_model", environment.cpu_model},
          {"cpus", std::to_string(environment.cpus)},
          {"kernel", major_and_minor(environment.kernel)},
          {"hz", environment.hz ? std::to_string(*environment.hz) : ""},
          {"clock", environment.clock},
          {"virtualized", environment.virtualized ? "yes" : "no"}};
}

std::string digest_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return fmt::format("{:016x}", hash);
}

std::string fingerprint_of(const Environment& environment) {
  std::string all;
  for (const auto& [name, value] : machine_parts(environment)) all += name + "=" + value + "\n";
  return fmt::format("{}-{}cpu-{}-{}", plain(major_and_minor(environment.kernel)), environment.cpus,
                     environment.virtualized ? "virtual" : "bare", digest_of(all).substr(0, 8));
}

std::vector<std::string> unlike_machines(const Environment& a, const Environment& b) {
  const auto parts_a = machine_parts(a), parts_b = machine_parts(b);
  return differences({parts_a.begin(), parts_a.end()}, {parts_b.begin(), parts_b.end()});
}

std::vector<std::string> unlike_settings(const Provenance& a, const Provenance& b,
                                         bool for_merging) {
  Texts settings_a = a.settings, settings_b = b.settings;
  if (for_merging) return differences(settings_a, settings_b);
  if (a.id.empty() || b.id.empty()) return {};  // of an earlier version: it does not say
  for (const char* free : {"repeats", "most_repeats", "seed", "library"}) {
    settings_a.erase(free);
    settings_b.erase(free);
  }
  return differences(settings_a, settings_b);
}

}  // namespace plumbline::harness
