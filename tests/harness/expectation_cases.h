// What the golden set of `plumbline check` is written with: one expectation, some profiles, and how
// the command would end.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include "analysis/io/error.h"
#include "harness/expectations/judge.h"
#include "tests/analysis/profile_builders.h"

namespace plumbline::harness::expectations {

using test::PprofBuilder;
using Files = std::map<std::string, std::string>;

class Folder {
 public:
  explicit Folder(const Files& files) {
    std::string name =
        (std::filesystem::temp_directory_path() / "plumbline_expect_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
    for (const auto& [file, bytes] : files) {
      std::filesystem::create_directories((path_ / file).parent_path());
      std::ofstream(path_ / file, std::ios::binary) << bytes;
    }
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline Check check(const std::string& json, const Files& files, bool strict = false) {
  const Folder folder(files);
  const ExpectedProfile expected = expected_profile_from_json(json, "expected.json");
  return judge(expected, {"expected.json", folder.path(), strict});
}

// As the command ends: 0, 1, 3, and 2 for what is refused.
inline int ends(const std::string& json, const Files& files, bool strict = false) {
  try {
    return exit_code_of(check(json, files, strict));
  } catch (const io::InputError&) {
    return 2;
  }
}

inline int ends(const std::string& json, const PprofBuilder& profile, bool strict = false) {
  return ends(json, Files{{"profile.pprof", profile.bytes()}}, strict);
}

// {"stacks": [{"profile-type": "cpu", "stack-content": [CONTENT], MORE}], TOP}
inline std::string expecting(const std::string& content, const std::string& more = "",
                             const std::string& top = "") {
  return R"({"stacks": [{"profile-type": "cpu", "stack-content": [)" + content + "]" +
         (more.empty() ? "" : ", " + more) + "}]" + (top.empty() ? "" : ", " + top) + "}";
}

inline std::string entry(const std::string& regex, const std::string& more) {
  return R"({"regular_expression": ")" + regex + "\", " + more + "}";
}

// `part` of 10,000 in main;a, the rest in main;b; over 10 s.
inline PprofBuilder split(std::int64_t part) {
  PprofBuilder builder;
  builder.type("cpu").duration_ns(10'000'000'000);
  builder.sample("main;a", {part}).sample("main;b", {10'000 - part});
  return builder;
}

}  // namespace plumbline::harness::expectations
