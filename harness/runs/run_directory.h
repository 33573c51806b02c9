// A folder for one run's sockets, mounts and logs, gone when the run is over.
//
// Its path is short, because a socket's address holds 108 bytes.
// Thread rule: one owner. Failure: the constructor throws io::InputError.
#pragma once

#include <filesystem>

namespace plumbline::harness {

class RunDirectory {
 public:
  RunDirectory();
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace plumbline::harness
