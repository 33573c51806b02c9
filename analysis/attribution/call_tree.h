// Call trees: from the root of the stacks down, or from their leaves up to the callers.
//
// Used by hotspots.cc. Both directions hold the same stacks with the same times: a node's total is
// its own plus those of the nodes below it, and the top level's is the scope's, in every column.
// Thread rule: one thread (paths memorise). Failure: none.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/attribution/frame_paths.h"
#include "analysis/attribution/selected_time.h"

namespace plumbline::analysis {

enum class TreeDirection : std::uint8_t {
  kTopDown,  // below a node: what it called
  kReverse,  // below a node: who called it; the top level is the leaves
};

struct TreeNode {
  Index frame = 0;       // row of FramePaths::frames
  Index parent = kNone;  // kNone: top level
  Index first_child = kNone, next_sibling = kNone;
  std::uint32_t depth = 0;   // top level: 0
  std::uint32_t hidden = 0;  // 1: stacks go on below, deeper than was asked for
  TimeSum total;             // of the stacks through this node
  TimeSum ending;            // of them, those that end here (reverse: begin here)
};

struct CallTree {
  TreeDirection direction = TreeDirection::kTopDown;
  std::vector<TreeNode> nodes;  // parents before their children
  Index first = kNone;          // of the top level; siblings follow by next_sibling, largest first
};

// Nodes deeper than `depth` (at least 1) are left out; what is in them stays in the totals above.
// Siblings are ordered by `column`, or by wall for kTimeColumns.
CallTree call_tree_of(const std::vector<KeyTime>& keys, FramePaths& paths, TreeDirection direction,
                      std::uint32_t depth, std::size_t column);

}  // namespace plumbline::analysis
