#include "harness/figures.h"

#include <fmt/format.h>

#include <chrono>
#include <sstream>
#include <system_error>

#include "analysis/io/error.h"
#include "harness/runs/child_process.h"
#include "harness/runs/run_directory.h"

namespace plumbline::harness {

std::vector<std::string> draw_figures(const std::filesystem::path& plots,
                                      const std::filesystem::path& directory,
                                      const Interruption& interruption) {
  return run_plot(plots, "plot.py", directory, interruption);
}

std::vector<std::string> figures_or_reason(const std::filesystem::path& plots,
                                           const std::filesystem::path& directory,
                                           const Interruption& interruption) {
  try {
    return draw_figures(plots, directory, interruption);
  } catch (const io::InputError& error) {
    return {fmt::format("none: {}", error.what())};
  }
}

std::vector<std::string> run_plot(const std::filesystem::path& plots, const std::string& program,
                                  const std::filesystem::path& argument,
                                  const Interruption& interruption) {
  // Debian's interpreter first: another one on PATH often has no matplotlib.
  std::error_code ignored;
  const std::string debian = "/usr/bin/python3";
  const bool has_debian = std::filesystem::exists(debian, ignored);
  const RunDirectory run;  // for the log
  ChildProcess python({.arguments = {has_debian ? debian : "/usr/bin/env",
                                     has_debian ? "-s" : "python3", plots / program, argument},
                       .environment = {{"PYTHONDONTWRITEBYTECODE", "1"}},
                       .log = run.path() / "plot.log"},
                      interruption);
  std::istringstream output(python.finish(std::chrono::minutes(5)));
  std::vector<std::string> files;
  for (std::string line; std::getline(output, line);) files.push_back(line);
  return files;
}

}  // namespace plumbline::harness
