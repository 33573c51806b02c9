#include "harness/runs/installation.h"

#include <system_error>

#include "analysis/io/error.h"

namespace plumbline::harness {

Installation find_installation() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) throw io::system_failure("/proc/self/exe", "cannot be read", error.value());
  const std::filesystem::path bin = self.parent_path();
  const std::filesystem::path root = bin.parent_path();
  const std::filesystem::path share = root / "share" / "plumbline";
  return {bin / "plumbline-workload",
          bin / "plumbline-truthd",
          root / "lib" / "libplumbline.so",
          share / "scenarios",
          share / "sweeps",
          share / "plots",
          share / "catalogue.json",
          share / "scenario.schema.json"};
}

}  // namespace plumbline::harness
