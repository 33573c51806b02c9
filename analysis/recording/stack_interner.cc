#include "analysis/recording/stack_interner.h"

#include <cstring>

namespace plumbline::analysis {

namespace {

constexpr std::size_t kFrameBytes = sizeof(std::uint64_t);

std::uint64_t hash_of(Bytes frames, format::StackEnd end) {
  std::uint64_t hash = static_cast<std::uint64_t>(end) + frames.size();
  for (; !frames.empty(); frames = frames.subspan(kFrameBytes)) {
    std::uint64_t address;
    std::memcpy(&address, frames.data(), sizeof address);
    hash = mixed(hash ^ address);
  }
  return hash;
}

}  // namespace

StackInterner::StackInterner(StackTable& stacks) : stacks_(stacks) { stacks_.first.assign(1, 0); }

Index StackInterner::intern(Bytes frames, format::StackEnd end) {
  const std::uint64_t hash = hash_of(frames, end);
  const auto is_same = [&](Index row) {
    const std::uint64_t first = stacks_.first[row];
    const std::uint64_t size_bytes = (stacks_.first[row + 1] - first) * kFrameBytes;
    return stacks_.end[row] == end && size_bytes == frames.size() &&
           (frames.empty() ||
            std::memcmp(&stacks_.frames[first], frames.data(), frames.size()) == 0);
  };
  const Index known = index_.find(hash, is_same);
  if (known != kNone) return known;

  const auto row = static_cast<Index>(stacks_.size());
  const std::size_t first = stacks_.frames.size();
  stacks_.frames.resize(first + frames.size() / kFrameBytes);
  if (!frames.empty()) std::memcpy(&stacks_.frames[first], frames.data(), frames.size());
  stacks_.first.push_back(stacks_.frames.size());
  stacks_.end.push_back(end);
  index_.add(hash, row);
  return row;
}

}  // namespace plumbline::analysis
