#include "harness/expectations/profile_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "analysis/io/error.h"
#include "harness/expectations/go_regex.h"

namespace plumbline::harness::expectations {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 100'000;

bool name_matches(const fs::path& file, const GoRegex& regex) {
  return regex.matches(as_go_sees(file.filename().string()));
}

}  // namespace

const char* const kDefaultFileRegex =
    "^(profile|.*pprof)($|.*([^n]|[^o]n|[^s]on|[^j]son|[^.]json)$)";

std::vector<fs::path> profile_files(const fs::path& path, const std::string& regex,
                                    const std::string& where) {
  const GoRegex compiled(regex.empty() ? kDefaultFileRegex : regex, where);
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (!fs::exists(status)) throw io::InputError(path.string() + ": no such file or folder");
  if (!fs::is_directory(status)) {
    if (regex.empty() || name_matches(path, compiled)) return {path};
    return {};
  }
  std::vector<fs::path> files;
  std::size_t seen = 0;
  fs::recursive_directory_iterator at(path, failed), end;
  for (; !failed && at != end; at.increment(failed)) {
    if (++seen > kMaxFiles) {
      throw io::InputError(fmt::format("{}: more than {} files; name the folder of the profiles",
                                       path.string(), kMaxFiles));
    }
    std::error_code ignored;
    if (at->is_regular_file(ignored) && name_matches(at->path(), compiled)) {
      files.push_back(at->path());
    }
  }
  if (failed) throw io::system_failure(path, "cannot list", failed.value());
  std::sort(files.begin(), files.end(), [](const fs::path& one, const fs::path& other) {
    return one.native() < other.native();  // by bytes, as Go sorts
  });
  return files;
}

}  // namespace plumbline::harness::expectations
