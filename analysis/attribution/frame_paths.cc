#include "analysis/attribution/frame_paths.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::analysis {

FramePaths::FramePaths(const StackTable& stacks, Symbolizer& symbolizer, const CodeOwners& owners,
                       MergeBy merge_by)
    : stacks_(stacks),
      symbolizer_(symbolizer),
      owners_(owners),
      merge_by_(merge_by),
      keys_(stacks.size()),
      walked_(keys_.size()) {}

Index FramePaths::frame_row(Frame frame) {
  if (merge_by_ == MergeBy::kFunction) {
    frame.file.clear();
    frame.line = 0;
  }
  const std::string name = fmt::format("{}\n{}\n{}\n{}", frame.function, frame.file, frame.line,
                                       static_cast<int>(frame.owner));
  const auto [entry, is_new] = row_by_name_.try_emplace(name, static_cast<Index>(frames_.size()));
  if (is_new) frames_.push_back(std::move(frame));
  return entry->second;
}

std::span<const Index> FramePaths::frames_at(std::uint64_t address, bool is_leaf) {
  const std::uint64_t hash = mixed(address * 2 + (is_leaf ? 1 : 0));
  Index row = met_index_.find(hash, [&](Index met) {
    return met_[met].address == address && met_[met].is_leaf == is_leaf;
  });
  if (row == kNone) {
    row = static_cast<Index>(met_.size());
    const auto first = static_cast<std::uint32_t>(met_frames_.size());
    const auto& locations = is_leaf ? symbolizer_.at(address) : symbolizer_.at_call_before(address);
    const bool is_left_out = !is_leaf && address <= format::kMaxLeftOut;
    const Index module = symbolizer_.module_of(is_leaf ? address : address - 1);
    const CodeOwner owner = is_left_out ? CodeOwner::kNoCode : owners_.of_module(module);
    for (const CodeLocation& location : locations) {
      met_frames_.push_back(frame_row({location.function, location.file, location.line, owner}));
    }
    met_.push_back({address, is_leaf, first, static_cast<std::uint32_t>(locations.size())});
    met_index_.add(hash, row);
  }
  return std::span(met_frames_).subspan(met_[row].first, met_[row].count);
}

void FramePaths::walk(Index key) {
  Walked& stack = walked_[key];
  stack.first = places_.size();
  if (!keys_.is_sample(key) && !keys_.is_wait(key)) {
    const Index stackless = keys_.stackless_frame_of(key);
    const bool is_kernel = stackless == stackless_frame(Stackless::kUnsampled);
    places_.push_back(frame_row(
        {stackless_name(stackless), "", 0, is_kernel ? CodeOwner::kKernel : CodeOwner::kNoCode}));
  } else {
    const Index row = keys_.stack(key);
    for (std::uint64_t at = stacks_.first[row]; at < stacks_.first[row + 1]; ++at) {
      const bool is_leaf = keys_.is_sample(key) && at == stacks_.first[row];
      const auto frames = frames_at(stacks_.frames[at], is_leaf);
      places_.insert(places_.end(), frames.begin(), frames.end());
    }
  }
  stack.length = static_cast<std::uint32_t>(places_.size() - stack.first);
  std::vector<Index> distinct(places_.begin() + static_cast<std::ptrdiff_t>(stack.first),
                              places_.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  places_.insert(places_.end(), distinct.begin(), distinct.end());
  stack.distinct = static_cast<std::uint32_t>(distinct.size());
}

const FramePaths::Walked& FramePaths::walked(Index key) {
  if (walked_[key].length == 0) walk(key);
  return walked_[key];
}

}  // namespace plumbline::analysis
