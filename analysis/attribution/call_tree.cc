// Stacks are sorted by their paths, so that those with a common beginning are neighbours: each
// leaves the open branch where it differs from the one before.
#include "analysis/attribution/call_tree.h"

#include <algorithm>

namespace plumbline::analysis {

namespace {

class TreeBuilder {
 public:
  TreeBuilder(FramePaths& paths, TreeDirection direction, std::uint32_t depth)
      : paths_(paths), depth_(std::max<std::uint32_t>(1, depth)) {
    tree_.direction = direction;
  }

  CallTree build(const std::vector<KeyTime>& keys, std::size_t column) {
    std::vector<const KeyTime*> order;
    order.reserve(keys.size());
    for (const KeyTime& key : keys) {
      paths_.path(key.key);  // walked now: spans of paths stay where they are from here on
      order.push_back(&key);
    }
    std::sort(order.begin(), order.end(), [&](const KeyTime* a, const KeyTime* b) {
      return is_before(paths_.path(a->key), paths_.path(b->key));
    });
    for (const KeyTime* key : order) add(*key);
    close_to(0);
    link(column);
    return std::move(tree_);
  }

 private:
  using Path = std::span<const Index>;

  Index frame_at(Path path, std::size_t depth) const {
    return tree_.direction == TreeDirection::kReverse ? path[depth] : path[path.size() - 1 - depth];
  }

  bool is_before(Path a, Path b) const {
    if (tree_.direction == TreeDirection::kReverse) {
      return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    }
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  }

  void add(const KeyTime& key) {
    const Path path = paths_.path(key.key);
    const std::size_t length = std::min<std::size_t>(path.size(), depth_);
    std::size_t common = 0;
    while (common < length && common < branch_.size() &&
           tree_.nodes[branch_[common]].frame == frame_at(path, common)) {
      ++common;
    }
    close_to(common);
    for (std::size_t depth = common; depth < length; ++depth) open(frame_at(path, depth));
    TreeNode& last = tree_.nodes[branch_[length - 1]];
    last.total += key.time;
    if (path.size() > length) {
      last.hidden = 1;
    } else {
      last.ending += key.time;
    }
  }

  void open(Index frame) {
    TreeNode node;
    node.frame = frame;
    node.parent = branch_.empty() ? kNone : branch_.back();
    node.depth = static_cast<std::uint32_t>(branch_.size());
    branch_.push_back(static_cast<Index>(tree_.nodes.size()));
    tree_.nodes.push_back(node);
  }

  // What is closed is complete: its parent takes its total.
  void close_to(std::size_t depth) {
    while (branch_.size() > depth) {
      const TreeNode& node = tree_.nodes[branch_.back()];
      branch_.pop_back();
      if (node.parent != kNone) tree_.nodes[node.parent].total += node.total;
    }
  }

  void link(std::size_t column) {
    const auto value = [&](Index row) {
      const TimeSum& total = tree_.nodes[row].total;
      return column < kTimeColumns ? total.ns[column] : total.wall_ns();
    };
    std::vector<std::pair<std::int64_t, Index>> ascending;
    for (Index row = 0; row < tree_.nodes.size(); ++row) ascending.emplace_back(value(row), row);
    std::sort(ascending.begin(), ascending.end(), [&](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : is_later(a.second, b.second);
    });
    for (const auto& [ns, row] : ascending) {  // each before those that are there
      TreeNode& node = tree_.nodes[row];
      Index& first = node.parent == kNone ? tree_.first : tree_.nodes[node.parent].first_child;
      node.next_sibling = first;
      first = row;
    }
  }

  bool is_later(Index a, Index b) const {
    const std::vector<Frame>& frames = paths_.frames();
    const Frame& frame_a = frames[tree_.nodes[a].frame];
    const Frame& frame_b = frames[tree_.nodes[b].frame];
    if (frame_a.function != frame_b.function) return frame_a.function > frame_b.function;
    return a > b;
  }

  FramePaths& paths_;
  const std::uint32_t depth_;
  CallTree tree_;
  std::vector<Index> branch_;  // rows of the open nodes, top level first
};

}  // namespace

CallTree call_tree_of(const std::vector<KeyTime>& keys, FramePaths& paths, TreeDirection direction,
                      std::uint32_t depth, std::size_t column) {
  return TreeBuilder(paths, direction, depth).build(keys, column);
}

}  // namespace plumbline::analysis
