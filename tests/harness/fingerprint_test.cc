// Which machines and settings are alike.
#include "harness/results/fingerprint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <functional>

namespace plumbline::harness {
namespace {

Environment machine() {
  Environment environment;
  environment.kernel = "Linux 6.1.0-18-amd64";
  environment.hz = 250;
  environment.cpu_model = "Some CPU @ 2.00GHz";
  environment.cpus = 2;
  environment.clock = "tsc";
  environment.virtualized = true;
  environment.loadavg = {0.1, 0.2, 0.3};
  environment.git = "abc";
  environment.compiler = "GNU 12.2.0";
  return environment;
}

TEST(Fingerprint, IsOneFileNameForMachinesThatAreAlike) {
  Environment other = machine();
  other.kernel = "Linux 6.1.0-21-amd64";  // a security update
  other.loadavg = {3, 2, 1};
  other.git = "def";
  other.rseq = "clock";
  other.perf_event_paranoid = 3;
  EXPECT_EQ(fingerprint_of(machine()), fingerprint_of(other));
  EXPECT_TRUE(unlike_machines(machine(), other).empty());
  EXPECT_TRUE(fingerprint_of(machine()).starts_with("linux-6.1-2cpu-virtual-"));
  Environment hostile = machine();
  hostile.kernel = "../../\n\xff" + std::string(5000, '/');
  const std::string name = fingerprint_of(hostile);
  EXPECT_LT(name.size(), 100U);
  EXPECT_TRUE(std::ranges::all_of(name, [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '.' || c == '-');
  })) << name;
}

TEST(Fingerprint, EachPartTellsMachinesApart) {
  const std::vector<std::pair<std::string, std::function<void(Environment&)>>> changes = {
      {"cpu_model: Some CPU @ 2.00GHz and another",
       [](Environment& environment) { environment.cpu_model = "another"; }},
      {"cpus: 2 and 4", [](Environment& environment) { environment.cpus = 4; }},
      {"kernel: Linux 6.1 and Linux 6.12",
       [](Environment& environment) { environment.kernel = "Linux 6.12.3"; }},
      {"hz: 250 and none", [](Environment& environment) { environment.hz.reset(); }},
      {"clock: tsc and kvm-clock",
       [](Environment& environment) { environment.clock = "kvm-clock"; }},
      {"virtualized: yes and no",
       [](Environment& environment) { environment.virtualized = false; }}};
  for (const auto& [line, change] : changes) {
    Environment other = machine();
    change(other);
    EXPECT_EQ(unlike_machines(machine(), other), std::vector<std::string>{line});
    EXPECT_NE(fingerprint_of(machine()), fingerprint_of(other)) << line;
  }
}

TEST(Fingerprint, RepeatsAndSeedsHinderMergingAlone) {
  Provenance a;
  a.id = "a";
  a.settings = {{"rate_hz", "1000"}, {"repeats", "10"}, {"seed", "1"}};
  Provenance b = a;
  b.id = "b";
  b.settings["repeats"] = "3";
  EXPECT_TRUE(unlike_settings(a, b, false).empty());
  EXPECT_EQ(unlike_settings(a, b, true), std::vector<std::string>{"repeats: 10 and 3"});
  b.settings["rate_hz"] = "199";
  EXPECT_EQ(unlike_settings(a, b, false), std::vector<std::string>{"rate_hz: 1000 and 199"});
  EXPECT_TRUE(unlike_settings(Provenance{}, b, false).empty());  // an earlier version's
}

}  // namespace
}  // namespace plumbline::harness
