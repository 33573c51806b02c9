// Draws the figures of a result by running the Python program in share/plumbline/plots/.
//
// Called by `plumbline run`, `overhead`, `coverage`, `merge`, `plot` and `history plot`.
// Thread rule: main thread.
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

// The same, or why there are none: a result is a result without its figures.
std::vector<std::string> figures_or_reason(const std::filesystem::path& plots,
                                           const std::filesystem::path& directory,
                                           const Interruption& interruption);

// Runs one of the programs there with one argument; returns the lines that it prints.
std::vector<std::string> run_plot(const std::filesystem::path& plots, const std::string& program,
                                  const std::filesystem::path& argument,
                                  const Interruption& interruption);

}  // namespace plumbline::harness
