// Methods: the time of each frame, by itself and with what it called.
//
// Used by hotspots.cc. Self times add up to the scope's wall, column by column, to the nanosecond.
// Thread rule: one thread (paths memorise). Failure: none.
#pragma once

#include <array>
#include <vector>

#include "analysis/attribution/frame_paths.h"
#include "analysis/attribution/selected_time.h"

namespace plumbline::analysis {

struct Method {
  Index frame = 0;  // row of FramePaths::frames
  TimeSum self;     // it was the leaf
  TimeSum total;    // it was on the stack, recursion counted once
};

// Largest self first in `column`, or in wall (all columns) for kTimeColumns; then by total, then
// by name.
std::vector<Method> methods_of(const std::vector<KeyTime>& keys, FramePaths& paths,
                               std::size_t column);

// Self times by owner of the code; their sum is the scope's.
std::array<TimeSum, kCodeOwnerCount> time_by_owner(const std::vector<Method>& methods,
                                                   const FramePaths& paths);

}  // namespace plumbline::analysis
