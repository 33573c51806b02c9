// What a descriptor is, and the category of time that waiting on it belongs to.
//
// Asked for only after a call on it blocked: one statx, right at that moment, instead of a cache
// that close, dup and reuse could make wrong. The kernel answers from what it knows: a plain fstat
// asks the server of a FUSE or network file, and held the program up for up to 8 ms a call.
// Thread rule: any. Signal rule: async-signal-safe. Failure: kUnknown, booked as sync.
#pragma once

#include "profiler/format/category.h"

namespace plumbline::capture {

format::DescriptorKind descriptor_kind(int fd);
// Of the descriptor behind a path like /proc/self/task/TID/fd/N.
format::DescriptorKind descriptor_kind_at(const char* path);

format::Category category_of(format::DescriptorKind kind);

}  // namespace plumbline::capture
