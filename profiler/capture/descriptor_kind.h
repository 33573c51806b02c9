// What a descriptor is, and the category of time that waiting on it belongs to.
//
// After a call that blocked the kernel is asked: one statx, right at that moment. The kernel
// answers from what it knows: a plain fstat asks the server of a FUSE or network file, and held the
// program up for up to 8 ms a call.
// For calls that did not block, which are summed by the million, a table of one byte a descriptor
// remembers the answer. Hooks of close, dup2 and whatever else makes a number mean something new
// forget it; a descriptor that was closed behind our back (an inline system call) is put right by
// the next call on it that blocks.
// Thread rule: any. Signal rule: async-signal-safe. Failure: kUnknown, booked as sync after a call
// that blocked, and as other after one that did not.
#pragma once

#include "profiler/format/category.h"

namespace plumbline::capture {

// Asks the kernel, and puts the table right.
format::DescriptorKind descriptor_kind(int fd);
// Of the descriptor behind a path like /proc/self/task/TID/fd/N.
format::DescriptorKind descriptor_kind_at(const char* path);

// From the table; asks the kernel the first time. kUnknown beyond kTableDescriptors.
format::DescriptorKind remembered_descriptor_kind(int fd);

// From the table only: kUnknown when no call on it asked yet.
format::DescriptorKind descriptor_kind_if_remembered(int fd);

inline constexpr int kTableDescriptors = 1 << 16;

// The number means nothing, or something new, from now on.
void forget_descriptor(int fd);
void forget_descriptors(unsigned first, unsigned last);

// Whether an epoll descriptor watches any socket; learned where hooks see it.
enum class EpollWatch : std::uint8_t { kUnknown = 0, kNoSocket = 1, kSocket = 2 };
EpollWatch epoll_watch(int epoll_fd);
void set_epoll_watch(int epoll_fd, EpollWatch watch);

format::Category category_of(format::DescriptorKind kind);

}  // namespace plumbline::capture
