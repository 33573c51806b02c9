// A descriptor of ours in a table that the program owns too.
//
// A program that closes every descriptor (daemons do) may have a file of its own under our number
// afterwards: writing to it or closing it would be the worst thing that a profiler can do. So the
// file's identity is kept and looked at before either.
// Thread rule: as its owner says. Signal rule: async-signal-safe. Failure: a file that is no
// longer ours is left alone.
#pragma once

#include "profiler/base/sys.h"

namespace plumbline::base {

class OwnFile {
 public:
  OwnFile() = default;
  // `fd` as open gave it; negative: no file. Moved into the upper half of what the program may
  // open: it may count on the lowest free numbers, and half of them are its own whatever we do
  // (10,000 threads with two files each left it none). No room there: no file.
  explicit OwnFile(int fd) : fd_(moved_high(fd)) {
    struct stat status {};
    if (fd_ < 0 || sys::fstat(fd_, &status) != 0) return;
    device_ = status.st_dev;
    inode_ = status.st_ino;
  }

  // Negative: there is none, or the negative errno that open gave.
  int fd() const { return fd_; }

  bool still_ours() const {
    struct stat status {};
    return fd_ >= 0 && sys::fstat(fd_, &status) == 0 && status.st_dev == device_ &&
           status.st_ino == inode_;
  }

  void close() {
    if (still_ours()) sys::close(fd_);
    fd_ = -1;
  }

 private:
  static int moved_high(int fd) {
    if (fd < 0) return fd;
    rlimit limit{};
    sys::call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, sys::address(&limit));
    const int moved = sys::fcntl(fd, F_DUPFD_CLOEXEC, static_cast<long>(limit.rlim_cur / 2));
    sys::close(fd);
    return moved;
  }

  int fd_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace plumbline::base
