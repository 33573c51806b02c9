// Schedules: exact counts, and the same bytes everywhere.
#include "workloads/schedule.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace plumbline::workloads {
namespace {

const char* const kSpec = R"({
  "name": "s", "workers": 3, "arrival": {"mode": "closed", "think_us": 500}, "rounds": 50,
  "jitter": {"distribution": "uniform", "percent": 20},
  "endpoints": [
    {"name": "a", "weight": 3, "steps": [
      {"category": "cpu", "duration_us": 1000, "function": "build_report"},
      {"span": "inner", "steps": [
        {"category": "cpu", "iterations": 12345, "function": "parse_rows"}]}]},
    {"name": "b", "weight": 1, "steps": [
      {"category": "sync", "duration_us": 2000, "primitive": "sleep"}]}]
})";

Spec spec_with_workers(std::int64_t workers) {
  Spec spec = parse_spec(kSpec, "s.json");
  spec.workers = workers;
  return spec;
}

// All requests in the order of their numbers.
std::vector<ScheduledRequest> in_order(const Schedule& schedule) {
  std::vector<ScheduledRequest> all;
  for (const auto& requests : schedule.workers) {
    all.insert(all.end(), requests.begin(), requests.end());
  }
  std::sort(all.begin(), all.end(), [](const ScheduledRequest& a, const ScheduledRequest& b) {
    return a.number < b.number;
  });
  return all;
}

template <typename Plain>
void append(std::string& bytes, Plain value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string bytes_of(const Schedule& schedule) {
  std::string bytes;
  for (const auto& requests : schedule.workers) {
    append(bytes, requests.size());
    for (const ScheduledRequest& request : requests) {
      append(bytes, request.number);
      append(bytes, request.endpoint);
      append(bytes, request.think_ns);
      for (const std::int64_t amount : request.amounts) append(bytes, amount);
    }
  }
  return bytes;
}

// The figure below was computed once; both compilers, every optimisation and every standard
// library have to arrive at it.
TEST(Schedule, IsTheSameToTheByteInEveryBuild) {
  const std::string bytes = bytes_of(make_schedule(spec_with_workers(3), 42));
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  EXPECT_EQ(crc, 0xED0329BDU);
  EXPECT_EQ(bytes, bytes_of(make_schedule(spec_with_workers(3), 42)));
  EXPECT_NE(bytes, bytes_of(make_schedule(spec_with_workers(3), 43)));
}

TEST(Schedule, DealsEachEndpointItsWeightInEveryRound) {
  const std::vector<ScheduledRequest> requests = in_order(make_schedule(spec_with_workers(3), 1));
  ASSERT_EQ(requests.size(), 200U);
  for (std::size_t round = 0; round < 50; ++round) {
    std::map<int, int> dealt;
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(requests[4 * round + i].number, 4 * round + i);
      ++dealt[requests[4 * round + i].endpoint];
    }
    EXPECT_EQ(dealt, (std::map<int, int>{{0, 3}, {1, 1}}));
  }
}

// With 50 rounds, four places and a fixed seed; a deck that is not shuffled has one place only.
TEST(Schedule, ShufflesEachRound) {
  const std::vector<ScheduledRequest> requests = in_order(make_schedule(spec_with_workers(1), 1));
  std::map<std::size_t, int> place_of_b;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].endpoint == 1) ++place_of_b[i % 4];
  }
  EXPECT_EQ(place_of_b.size(), 4U);
}

TEST(Schedule, WorkersChangeWhoRunsARequestAndNotWhatItIs) {
  const Schedule one = make_schedule(spec_with_workers(1), 9);
  const Schedule three = make_schedule(spec_with_workers(3), 9);
  const auto alone = in_order(one);
  const auto shared = in_order(three);
  ASSERT_EQ(alone.size(), shared.size());
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(alone[i].endpoint, shared[i].endpoint);
    EXPECT_EQ(alone[i].think_ns, shared[i].think_ns);
    EXPECT_EQ(alone[i].amounts, shared[i].amounts);
  }
  EXPECT_EQ(three.workers[0].size(), 67U);
  EXPECT_EQ(three.workers[1].size(), 67U);
  EXPECT_EQ(three.workers[2].size(), 66U);
}

TEST(Schedule, JitterStaysWithinItsPercentAndUsesAllOfIt) {
  std::int64_t least_ns = 1'000'000'000, most_ns = 0;
  for (const ScheduledRequest& request : in_order(make_schedule(spec_with_workers(3), 5))) {
    EXPECT_GE(request.think_ns, 400'000);
    EXPECT_LE(request.think_ns, 600'000);
    if (request.endpoint != 0) continue;
    least_ns = std::min(least_ns, request.amounts[1]);
    most_ns = std::max(most_ns, request.amounts[1]);
    EXPECT_EQ(request.amounts[2], 0);       // a span
    EXPECT_EQ(request.amounts[3], 12'345);  // iterations stay as written
  }
  // 150 draws over 400 us: that none falls into an outer tenth has probability 0.9^150 = 1e-7,
  // and the seed is fixed.
  EXPECT_GE(least_ns, 800'000);
  EXPECT_LT(least_ns, 840'000);
  EXPECT_LE(most_ns, 1'200'000);
  EXPECT_GT(most_ns, 1'160'000);
}

TEST(Schedule, WithoutJitterEveryAmountIsAsWritten) {
  Spec spec = spec_with_workers(2);
  spec.jitter_percent = 0;
  for (const ScheduledRequest& request : in_order(make_schedule(spec, 5))) {
    EXPECT_EQ(request.think_ns, 500'000);
    EXPECT_EQ(request.amounts[1], request.endpoint == 0 ? 1'000'000 : 2'000'000);
  }
}

}  // namespace
}  // namespace plumbline::workloads
