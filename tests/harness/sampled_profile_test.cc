// Foreign stacks in the harness's terms: what is which category, whose time it is, what is claimed.
#include "harness/profilers/sampled_profile.h"

#include <gtest/gtest.h>

#include "analysis/formats/stack_profile_builder.h"
#include "analysis/io/error.h"
#include "harness/profilers/perf_record.h"
#include "harness/profilers/uftrace.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

using format::Category;

struct Type {
  std::string name, unit;
};

// Stacks of one function each, below main; every sample has its own values and labels.
class Stacks {
 public:
  explicit Stacks(const std::vector<Type>& types) {
    for (const Type& type : types) {
      builder_.sample_type(builder_.name(type.name), builder_.name(type.unit));
    }
  }

  Stacks& add(const std::string& function, const std::vector<std::int64_t>& values,
              const std::map<std::string, std::string>& labels = {}) {
    std::vector<formats::Label> list;
    for (const auto& [key, text] : labels) {
      list.push_back({builder_.name(key), builder_.name(text)});
    }
    return add(function, values, list);
  }

  Stacks& add_numbered(const std::string& function, const std::vector<std::int64_t>& values,
                       const std::string& key, std::int64_t number) {
    formats::Label label{builder_.name(key)};
    label.numeric = true;
    label.number = number;
    return add(function, values, std::vector<formats::Label>{label});
  }

  Profile profile(const ProfileMapping& mapping = default_mapping(),
                  const workloads::Ledger& ledger = {}) {
    return profile_of_stacks(builder_.profile(), mapping, ledger);
  }

 private:
  Stacks& add(const std::string& function, const std::vector<std::int64_t>& values,
              const std::vector<formats::Label>& labels) {
    const std::vector<formats::Index> frames = {frame("main"), frame(function), frame(function)};
    formats::Sample sample;
    sample.stack = builder_.stack(frames);
    const formats::LabelRun run = builder_.labels(labels);
    sample.labels_begin = run.begin;
    sample.labels_count = run.count;
    builder_.sample(sample, values);
    return *this;
  }

  formats::Index frame(const std::string& function) {
    formats::Frame frame;
    frame.function = builder_.name(function);
    frame.named = true;
    return builder_.frame(frame);
  }

  formats::StackProfileBuilder builder_{formats::Format::kPprof, "test"};
};

const std::vector<Type> kCpuTime = {{"cpu", "nanoseconds"}};
const std::vector<Type> kCounts = {{"samples", "count"}};

const EndpointProfile& whole(const Profile& profile) {
  return profile.endpoints.at(std::string(kWholeProcess));
}

std::int64_t time_of(const EndpointProfile& endpoint, Category category) {
  return endpoint.time.category[static_cast<std::size_t>(category)];
}

TEST(SampledProfile, TimesByUnitSamplesByCountRecursionOnce) {
  Stacks stacks({{"samples", "count"}, {"cpu", "microseconds"}});
  const Profile profile = stacks.add("a", {2, 2000}).add("b", {1, 1000}).profile();
  EXPECT_EQ(time_of(whole(profile), Category::kCpu), 3'000'000);
  EXPECT_EQ(whole(profile).function_cpu_ns.at("a"), 2'000'000);
  EXPECT_EQ(whole(profile).function_cpu_ns.at("main"), 3'000'000);
  EXPECT_EQ(whole(profile).function_samples.at("a"), 2u);
  EXPECT_EQ(whole(profile).samples, 3u);
  EXPECT_EQ(claimed(profile.claims), (std::vector<std::string>{"cpu", "functions"}));
}

TEST(SampledProfile, CountsAloneGiveSharesAndNoTotals) {
  Stacks stacks(kCounts);
  stacks.add("a", {30}).add("b", {10});
  const Profile counted = stacks.profile();
  EXPECT_EQ(claimed(counted.claims), std::vector<std::string>{"functions"});
  EXPECT_EQ(whole(counted).function_cpu_ns.at("a"), 30);
  ProfileMapping mapping = default_mapping();
  apply_mapping("period=1000000", mapping);
  const Profile timed = stacks.profile(mapping);
  EXPECT_EQ(claimed(timed.claims), (std::vector<std::string>{"cpu", "functions"}));
  EXPECT_EQ(time_of(whole(timed), Category::kCpu), 40'000'000);
}

TEST(SampledProfile, TypesThatMeanNothingClaimNothing) {
  Stacks stacks({{"alloc_space", "bytes"}, {"wall", "nanoseconds"}});
  const Profile profile = stacks.add("a", {1, 2}).profile();
  EXPECT_TRUE(claimed(profile.claims).empty());
}

TEST(SampledProfile, TypesAreMappedAsTheUserSays) {
  Stacks stacks({{"wall", "nanoseconds"}, {"cpu", "nanoseconds"}});
  ProfileMapping mapping = default_mapping();
  apply_mapping("wall=cpu", mapping);
  EXPECT_EQ(time_of(whole(stacks.add("a", {700, 5}).profile(mapping)), Category::kCpu), 700);
}

// Waits of a whole process hold those of its partners' threads: there is no truth for them.
TEST(SampledProfile, WaitsWithoutEndpointsAreNotOffered) {
  Stacks stacks({{"lock", "nanoseconds"}, {"cpu", "nanoseconds"}});
  stacks.add("a", {900, 5}, {{"endpoint", "GET /a"}});
  EXPECT_EQ(claimed(stacks.profile(default_mapping(), testing::synthetic_run(1).ledger).claims),
            (std::vector<std::string>{"cpu", "lock", "endpoints", "functions"}));
  Stacks bare({{"lock", "nanoseconds"}, {"cpu", "nanoseconds"}});
  EXPECT_EQ(claimed(bare.add("a", {900, 5}).profile().claims),
            (std::vector<std::string>{"cpu", "functions"}));
}

// The synthetic run's spans have the ids 1000, 1001, ...: GET /a, its query, GET /b.
TEST(SampledProfile, SpanIdsTellEndpointsHoweverTheyAreWritten) {
  const testing::SyntheticRun run = testing::synthetic_run(1);
  const std::vector<std::pair<std::string, std::string>> ways = {
      {"1001", "GET /a"}, {"1002", "GET /b"}, {"00000000000003e9", "GET /a"}, {"0x3ea", "GET /b"}};
  for (const auto& [text, endpoint] : ways) {
    Stacks stacks(kCpuTime);
    stacks.add("f", {7}, {{"span id", text}}).add("g", {9});
    const Profile profile = stacks.profile(default_mapping(), run.ledger);
    ASSERT_TRUE(profile.claims.endpoints) << text;
    ASSERT_TRUE(profile.endpoints.contains(endpoint)) << text;
    EXPECT_EQ(time_of(profile.endpoints.at(endpoint), Category::kCpu), 7) << text;
    EXPECT_EQ(profile.endpoints.size(), 1u) << text;  // what bears no label is nobody's
  }
  Stacks numbered(kCpuTime);
  numbered.add_numbered("f", {7}, "my_span", 1002);
  ProfileMapping mapping = default_mapping();
  EXPECT_FALSE(numbered.profile(mapping, run.ledger).claims.endpoints);
  apply_mapping("span-label=my_span", mapping);
  EXPECT_EQ(time_of(numbered.profile(mapping, run.ledger).endpoints.at("GET /b"), Category::kCpu),
            7);
}

TEST(SampledProfile, SpansThatNeverWereBelongToNoEndpoint) {
  Stacks stacks(kCpuTime);
  stacks.add("f", {7}, {{"span id", "77"}}).add("f", {8}, {{"span id", "nonsense"}});
  EXPECT_TRUE(
      stacks.profile(default_mapping(), testing::synthetic_run(1).ledger).endpoints.empty());
}

TEST(SampledProfile, MappingsThatAreNoneAreRefused) {
  for (const char* setting : {"", "=", "cpu=", "=cpu", "wall=time", "period=0", "period=x",
                              "period=-1", "run-queue-in-waits=maybe"}) {
    ProfileMapping mapping = default_mapping();
    EXPECT_THROW(apply_mapping(setting, mapping), io::InputError) << setting;
  }
}

TEST(PerfScript, LostEventsAreCountedAndTakenOut) {
  std::string script =
      "t 1 2.0:  1000000 task-clock: \n\t 11bc f+0x2c (/t)\n\n"
      "t 1 3.0: PERF_RECORD_LOST lost 12\n"
      "t 1 4.0:  1000000 task-clock: \n\t 11bc PERF_RECORD_LOST (/t)\n";
  EXPECT_EQ(take_lost_events(script), 12);
  EXPECT_EQ(script.find("lost 12"), std::string::npos);
  EXPECT_NE(script.find("4.0"), std::string::npos);
  EXPECT_NE(script.find("\t 11bc PERF_RECORD_LOST"), std::string::npos);  // a function's name
}

TEST(Uftrace, ReportGivesTimeOfItsOwnWithoutPreemption) {
  const Profile profile = parse_uftrace_report(
      "  Total time   Self time       Calls  Function\n"
      "  ==========  ==========  ==========  ====================\n"
      "  108.133 ms  106.923 ms         300  build_report\n"
      "    1.500  s  800.000 us           2  parse_rows\n"
      "   14.622 ms   14.622 ms          16  linux:schedule (pre-empted)\n");
  EXPECT_EQ(whole(profile).function_cpu_ns.at("build_report"), 106'923'000);
  EXPECT_EQ(whole(profile).function_cpu_ns.at("parse_rows"), 800'000);
  EXPECT_EQ(whole(profile).function_cpu_ns.size(), 3u);
}

}  // namespace
}  // namespace plumbline::harness
