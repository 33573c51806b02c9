#include "harness/results/result_directory.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <system_error>

#include "analysis/io/error.h"
#include "harness/results/results_writer.h"

namespace plumbline::harness {
namespace {

// Names come from scenario files: only what is plain everywhere stays.
std::string file_name_of(const std::string& text) {
  std::string name = text;
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_';
    if (!plain) c = '-';
  }
  return name;
}

}  // namespace

ResultDirectory::ResultDirectory(std::filesystem::path directory)
    : directory_(std::move(directory)),
      staging_(directory_ / fmt::format("recordings.{}.partial", getpid())) {
  std::error_code error;
  std::filesystem::create_directories(staging_, error);
  if (error) throw io::system_failure(directory_, "cannot hold results", error.value());
}

ResultDirectory::~ResultDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(staging_, ignored);
}

std::filesystem::path ResultDirectory::files_of_run(const std::string& run_id) const {
  return staging_ / file_name_of(run_id);
}

void ResultDirectory::commit(const Results& results) {
  write_results(results, directory_ / "results.json");
  const std::filesystem::path recordings = directory_ / "recordings";
  std::error_code error;
  std::filesystem::remove_all(recordings, error);
  if (!error) std::filesystem::rename(staging_, recordings, error);
  if (error) throw io::system_failure(recordings, "cannot be replaced", error.value());
}

std::filesystem::path default_result_directory(const std::string& name) {
  return std::filesystem::path("results") / "runs" /
         fmt::format("{}-{:%Y%m%dT%H%M%SZ}", file_name_of(name), fmt::gmtime(std::time(nullptr)));
}

}  // namespace plumbline::harness
