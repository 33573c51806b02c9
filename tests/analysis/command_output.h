// Runs one command of `plumbline` in this process, on files that a test wrote.
//
// Used by tests of the commands that read recordings.
// Thread rule: one thread. Failure: what the command throws.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "harness/cli/command.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::test {

using AddCommand = void (*)(CLI::App&, harness::Outcome&);

// Standard output of the command; its exit code is in `outcome`.
inline std::string output_of(AddCommand add, std::vector<std::string> arguments,
                             harness::Outcome& outcome) {
  CLI::App app;
  outcome = {};
  add(app, outcome);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  testing::internal::CaptureStdout();
  try {
    app.parse(arguments);
  } catch (...) {
    testing::internal::GetCapturedStdout();
    throw;
  }
  return testing::internal::GetCapturedStdout();
}

// The line that the program would end with, or nothing.
inline std::string error_of(AddCommand add, std::vector<std::string> arguments) {
  harness::Outcome outcome;
  try {
    output_of(add, std::move(arguments), outcome);
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "";
}

// For the check against the schemas by another implementation.
inline void keep_document(const std::string& name, const std::string& text) {
  std::filesystem::create_directories("tables_for_schema_check");
  io::write_file_atomically("tables_for_schema_check/" + name + ".json", text);
}

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A folder of its own for each test, removed with what is in it.
class RecordingFolder {
 public:
  RecordingFolder()
      : folder_(std::filesystem::temp_directory_path() /
                ("recordings_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  RecordingFolder(const RecordingFolder&) = delete;
  RecordingFolder& operator=(const RecordingFolder&) = delete;
  ~RecordingFolder() { std::filesystem::remove_all(folder_); }

  // Its path.
  std::string write(const std::string& name, RecordingBuilder& builder,
                    std::size_t without_last_bytes = 0) const {
    const std::vector<std::byte>& bytes = builder.bytes();
    const std::string path = (folder_ / name).string();
    io::write_file_atomically(
        path, {reinterpret_cast<const char*>(bytes.data()), bytes.size() - without_last_bytes});
    return path;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace plumbline::test
