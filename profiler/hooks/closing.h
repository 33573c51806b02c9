// How closing a descriptor is booked, and what is known of its number afterwards: nothing.
//
// Used by the hooks of close, dup2, fclose and their kin, before the original; forget_descriptor
// follows it.
// Thread rule: any. Signal rule: async-signal-safe.
// Failure: one that no call has used yet counts as a file.
#pragma once

#include "profiler/capture/descriptor_kind.h"
#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {

inline WaitKind closing(int fd) {
  WaitKind kind = on_descriptor(Operation::kClose, fd);
  kind.descriptor_kind = capture::descriptor_kind_if_remembered(fd);
  if (kind.descriptor_kind == format::DescriptorKind::kUnknown) kind.category = Category::kFile;
  capture::forget_descriptor(fd);
  return kind;
}

}  // namespace plumbline::hooks
