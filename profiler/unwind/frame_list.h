// The frames of a walk as they are written: all of them, or the leaf and the root end of a stack
// that is deeper than the limit (walk.h says how that looks).
//
// Called by the walker. Thread rule: its owner. Signal rule: async-signal-safe. Failure: none.
#pragma once

#include <algorithm>
#include <cstdint>

#include "profiler/unwind/walk.h"

namespace plumbline::unwind {

static_assert(kMaxSteps <= format::kMaxLeftOut);

class FrameList {
 public:
  FrameList(std::uint64_t* frames, std::uint32_t limit)
      : frames_(frames),
        limit_(limit),
        // Below two kRootFrames there is no room for two ends.
        leaf_limit_(limit >= 2 * kRootFrames ? limit - kRootFrames - 1 : limit) {}

  std::uint32_t seen() const { return seen_; }

  void add(std::uint64_t frame) {
    if (seen_ < limit_) {
      frames_[seen_] = frame;
    } else if (leaf_limit_ < limit_) {
      frames_[leaf_limit_ + 1 + (seen_ - limit_) % kRootFrames] = frame;
    }
    ++seen_;
  }

  // Forgets all but the first `count` frames.
  void cut(std::uint32_t count) {
    const std::uint32_t intact = seen_ <= limit_ ? seen_ : leaf_limit_;
    seen_ = std::min(count, intact);
  }

  Walk finish(format::StackEnd end) {
    if (seen_ <= limit_) return {seen_, end};
    const bool reached_root = end == format::StackEnd::kComplete && leaf_limit_ < limit_;
    if (leaf_limit_ < limit_) frames_[leaf_limit_] = 0;
    if (!reached_root) {
      return {std::min(leaf_limit_ + 1, limit_), format::StackEnd::kDepthLimit};
    }
    frames_[leaf_limit_] = seen_ - leaf_limit_ - kRootFrames;
    put_oldest_first(frames_ + leaf_limit_ + 1, (seen_ - limit_) % kRootFrames);
    return {limit_, format::StackEnd::kDepthLimit};
  }

 private:
  // A rotation of the ring of last frames; std::rotate would call memmove.
  static void put_oldest_first(std::uint64_t* ring, std::uint32_t oldest) {
    std::reverse(ring, ring + oldest);
    std::reverse(ring + oldest, ring + kRootFrames);
    std::reverse(ring, ring + kRootFrames);
  }

  std::uint64_t* frames_;
  std::uint32_t limit_;
  std::uint32_t leaf_limit_;  // of a stack that is deeper than limit_
  std::uint32_t seen_ = 0;
};

}  // namespace plumbline::unwind
