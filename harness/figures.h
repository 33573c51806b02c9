// Draws the figures of a result by running the Python program in share/plumbline/plots/.
//
// Called by `plumbline run`, `overhead`, `coverage` and `plot`. Thread rule: main thread.
// Failure: io::InputError, which says what to install when matplotlib is missing; Interrupted.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/runs/interruption.h"

namespace plumbline::harness {

// Returns the files it wrote, beside results.json in `directory`.
std::vector<std::string> draw_figures(const std::filesystem::path& plots,
                                      const std::filesystem::path& directory,
                                      const Interruption& interruption);

// The figure of a coverage.csv in `directory`, beside it.
std::vector<std::string> draw_coverage(const std::filesystem::path& plots,
                                       const std::filesystem::path& directory,
                                       const Interruption& interruption);

}  // namespace plumbline::harness
