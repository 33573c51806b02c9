#include "analysis/attribution/code_owner.h"

#include <algorithm>

namespace plumbline::analysis {

namespace {

std::string_view file_name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

bool is_libc_family(std::string_view file_name) {
  constexpr std::array<std::string_view, 17> kFamily = {
      "libc",      "libm",     "libmvec", "libpthread", "librt",   "libdl",
      "libresolv", "libnsl",   "libutil", "libanl",     "libnss_", "ld-linux",
      "libstdc++", "libgcc_s", "libc++",  "libc++abi",  "ld"};
  return std::any_of(kFamily.begin(), kFamily.end(), [&](std::string_view name) {
    if (!file_name.starts_with(name)) return false;
    const std::string_view rest = file_name.substr(name.size());
    // "libc.so.6", "libc-2.28.so", "libnss_files.so.2", but not "libcurl.so.4".
    const bool has_version = rest.size() > 1 && rest[0] == '-' && rest[1] >= '0' && rest[1] <= '9';
    return name.ends_with('_') || name == "ld-linux" || rest.starts_with(".so") || has_version;
  });
}

CodeOwners::CodeOwners(const std::vector<Module>& modules,
                       const std::vector<std::string>& own_prefixes) {
  std::vector<std::string> prefixes = own_prefixes;
  if (prefixes.empty() && !modules.empty()) {
    const std::string& main_path = modules.front().path;
    prefixes.push_back(main_path.substr(0, main_path.rfind('/') + 1));
  }
  for (const Module& module : modules) {
    const bool is_own =
        module.path == modules.front().path ||
        std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
          return !prefix.empty() && module.path.starts_with(prefix);
        });
    if (is_libc_family(file_name_of(module.path)) || module.path.starts_with("[vdso]")) {
      by_module_.push_back(CodeOwner::kLibc);
    } else {
      by_module_.push_back(is_own ? CodeOwner::kOwn : CodeOwner::kThirdParty);
    }
  }
}

}  // namespace plumbline::analysis
