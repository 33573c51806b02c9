// The stacks of a recording as one tree of frames, root first: a stack is the node of its leaf.
//
// Used by page_data.cc. Common beginnings are stored once; a parent stands before its children.
// Thread rule: one thread (paths memorise). Failure: none.
#pragma once

#include <unordered_map>
#include <vector>

#include "analysis/attribution/frame_paths.h"

namespace plumbline::analysis {

class FrameTree {
 public:
  explicit FrameTree(FramePaths& paths) : paths_(paths) {}

  // The node of a stack key's leaf; its path is walked when it is first met.
  Index node_of(Index key);

  const std::vector<Index>& parents() const { return parents_; }  // kNone at the top
  const std::vector<Index>& frames() const { return frames_; }    // rows of FramePaths::frames

 private:
  Index child(Index parent, Index frame);

  FramePaths& paths_;
  std::vector<Index> parents_, frames_;
  std::unordered_map<std::uint64_t, Index> by_parent_and_frame_;
};

inline Index FrameTree::child(Index parent, Index frame) {
  const std::uint64_t name = (std::uint64_t{parent} << 32) | frame;
  const auto [entry, is_new] =
      by_parent_and_frame_.try_emplace(name, static_cast<Index>(parents_.size()));
  if (is_new) {
    parents_.push_back(parent);
    frames_.push_back(frame);
  }
  return entry->second;
}

inline Index FrameTree::node_of(Index key) {
  const auto path = paths_.path(key);
  Index node = kNone;
  for (auto frame = path.rbegin(); frame != path.rend(); ++frame) node = child(node, *frame);
  return node;
}

}  // namespace plumbline::analysis
