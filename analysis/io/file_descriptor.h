// Owns a file descriptor and closes it.
//
// Used by the readers and writers of this folder. Thread rule: one owner.
// Failure: none; close_now() returns what close() said, for writers that must know.
#pragma once

#include <unistd.h>

namespace plumbline::io {

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() { close_now(); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int number() const { return number_; }  // -1: none

  int close_now() {
    const int number = number_;
    number_ = -1;
    return number < 0 ? 0 : close(number);
  }

 private:
  int number_;
};

}  // namespace plumbline::io
