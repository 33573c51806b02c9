// CPU in 5 segments of about 7 ms, so that a slice that the host interrupts
// loses little. The waits are long enough that their partner's lateness (0.1 ms) is little, too.
#include "harness/overhead/fixed_work.h"

#include <fmt/format.h>

namespace plumbline::harness {
namespace {

constexpr const char* kScenario = R"({{
  "name": "fixed_work",
  "description": "a fixed amount of CPU, and waits of each category of fixed length",
  "seed": 1,
  "workers": 1,
  "arrival": {{"mode": "closed", "think_us": 0}},
  "rounds": {},
  "endpoints": [{{"name": "GET /work", "steps": [
    {{"category": "cpu", "iterations": 500000, "function": "parse_rows", "repeat": 2}},
    {{"category": "lock", "duration_us": 8000, "primitive": "mutex",
      "name": "shared", "repeat": 2}},
    {{"span": "query", "steps": [
      {{"category": "cpu", "iterations": 500000, "function": "sort_orders"}},
      {{"category": "file", "duration_us": 8000, "operation": "pread", "bytes": 4096, "repeat": 2}},
      {{"category": "cpu", "iterations": 500000, "function": "encode_reply", "repeat": 2}},
      {{"category": "socket", "duration_us": 8000, "operation": "recv", "family": "unix",
        "repeat": 2}}
    ]}}
  ]}}]
}})";

}  // namespace

workloads::Spec fixed_work(std::int64_t rounds) {
  return workloads::parse_spec(fmt::format(kScenario, rounds), "fixed_work");
}

}  // namespace plumbline::harness
