// Which files of a folder an expectation is about, as prof-correctness picks them.
//
// Used by the judge. Every regular file below the folder whose base name matches; sorted by path.
// A file that was named itself is taken whatever its name, unless the expectation has a regex.
// Bounds: 100,000 files. Thread rule: one thread. Failure: io::InputError with the folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plumbline::harness::expectations {

// Theirs when an expectation has none: begins with "profile" or holds "pprof", and no ".json".
extern const char* const kDefaultFileRegex;

// `regex`: "" for the default one. `where` names it in errors.
std::vector<std::filesystem::path> profile_files(const std::filesystem::path& path,
                                                 const std::string& regex,
                                                 const std::string& where);

}  // namespace plumbline::harness::expectations
