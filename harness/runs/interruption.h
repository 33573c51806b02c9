// Ctrl-C, hang-up and termination as something that waiting code sees, so that every way out runs
// the same destructors: children are ended, mounts taken down, folders removed.
//
// One object lives through an experiment; whoever waits polls its descriptor.
// Thread rule: main thread, before any other thread exists. Failure: the constructor throws
// io::InputError.
#pragma once

#include <signal.h>

#include "analysis/io/file_descriptor.h"

namespace plumbline::harness {

// Thrown by whoever waits when a signal came. main.cc lets the signal end the program.
struct Interrupted {
  int signal;
};

class Interruption {
 public:
  Interruption();   // from here on the signals are held back
  ~Interruption();  // from here on they act as before
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  int descriptor() const { return descriptor_.number(); }  // readable when a signal came
  void throw_if_any() const;
  const sigset_t& former_mask() const { return former_mask_; }  // what children start with

 private:
  sigset_t former_mask_{};
  io::FileDescriptor descriptor_;
};

}  // namespace plumbline::harness
