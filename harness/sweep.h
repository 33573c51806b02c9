// A sweep: one scenario at several values of a parameter, whose outcome is a curve of the error.
//
// Read from workloads/sweeps/*.json by `plumbline run` and `plumbline list`:
//
//   { "parameter": "length of a wait, us", "endpoint": "GET /wait", "figure": "socket",
//     "points": [ {"value": 10,
//                  "set": {"/rounds": 400, "/endpoints/0/steps/0/duration_us": 10}} ],
//     "scenario": { as in workloads/scenarios } }
//
// `figure` is a category, whose error in per cent of its truth is drawn, or "functions": the
// largest error of a function's share, in points. `set` puts values into the scenario by JSON
// pointers (RFC 6901); its name is the sweep's, that of a point NAME@VALUE.
// Thread rule: immutable once read. Failure: io::InputError, one line with file and JSON path.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/runs/campaign.h"
#include "profiler/format/category.h"
#include "workloads/spec.h"

namespace plumbline::harness {

struct SweepPoint {
  double value = 0;
  workloads::Spec spec;
};

struct Sweep {
  std::string name, description, parameter, endpoint;
  std::optional<format::Category> category;  // none: the functions' shares
  std::vector<SweepPoint> points;            // in the order of the file
};

Sweep read_sweep(const std::filesystem::path& file);

// By name; none where there is no such folder.
std::vector<Sweep> installed_sweeps(const std::filesystem::path& folder);

// The curve. `campaigns`: of each point, in their order; invalid runs are left out, and a point
// without a valid one has no error. It breaks at the first value at which the whole interval of
// the error lies outside the tolerance (sweep_scoring.cc).
SweepRow score_sweep(const Sweep& sweep, std::span<const Campaign> campaigns, const Gate& gate);

}  // namespace plumbline::harness
