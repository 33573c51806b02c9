#include "harness/runs/run_directory.h"

#include <stdlib.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "analysis/io/error.h"

namespace plumbline::harness {

RunDirectory::RunDirectory() {
  std::error_code ignored;
  std::filesystem::path parent = std::filesystem::temp_directory_path(ignored);
  if (parent.empty()) parent = "/tmp";
  std::string pattern = parent / "plumbline-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    throw io::system_failure(pattern, "cannot make a folder for the run", errno);
  }
  path_ = pattern;
}

RunDirectory::~RunDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace plumbline::harness
