// A path as the address of a Unix socket.
//
// Used by both ends of the truth directory's socket.
// Thread rule: immutable. Failure rule: io::InputError when the path does not fit.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>

#include "analysis/io/error.h"

namespace plumbline::workloads {

class UnixAddress {
 public:
  explicit UnixAddress(const std::filesystem::path& path) {
    address_.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address_.sun_path) {
      throw io::InputError(path.string() + ": too long for a socket; use a shorter directory");
    }
    std::memcpy(address_.sun_path, path.c_str(), path.native().size() + 1);
  }

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t size() const { return sizeof address_; }

 private:
  sockaddr_un address_{};
};

}  // namespace plumbline::workloads
