// Stacks as paths of frames: functions, or lines of them, with inlined ones written out.
//
// Used by hotspots.cc and function_shares.cc. A frame is what rows are merged by: a function of one
// owner of code or, by line, a function at a file and line. Each address is symbolized once, each
// stack walked once, when it is first asked for.
// Thread rule: one thread. Failure: none; an address without a name stands for itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/attribution/code_owner.h"
#include "analysis/attribution/stackless.h"
#include "analysis/recording/row_index.h"
#include "analysis/recording/symbolizer.h"

namespace plumbline::analysis {

enum class MergeBy : std::uint8_t { kFunction, kLine };

struct Frame {
  std::string function;
  std::string file;  // by line, where it is known
  int line = 0;
  CodeOwner owner = CodeOwner::kNoCode;
};

class FramePaths {
 public:
  // All must outlive it.
  FramePaths(const StackTable& stacks, Symbolizer& symbolizer, const CodeOwners& owners,
             MergeBy merge_by);

  // Rows of frames() of a stack key (see stackless.h), leaf first; never empty.
  std::span<const Index> path(Index key) { return frames_of(walked(key)); }
  // The same frames, each once: for totals, in which recursion counts once.
  std::span<const Index> distinct(Index key) {
    const Walked& stack = walked(key);
    return std::span(places_).subspan(stack.first + stack.length, stack.distinct);
  }

  // Of a key whose path was asked for before; from any thread.
  std::span<const Index> known_distinct(Index key) const {
    return std::span(places_).subspan(walked_[key].first + walked_[key].length,
                                      walked_[key].distinct);
  }

  const std::vector<Frame>& frames() const { return frames_; }

 private:
  struct Walked {
    std::size_t first = 0;     // in places_
    std::uint32_t length = 0;  // 0: not yet
    std::uint32_t distinct = 0;
  };

  std::span<const Index> frames_of(const Walked& stack) const {
    return std::span(places_).subspan(stack.first, stack.length);
  }
  const Walked& walked(Index key);
  void walk(Index stack);
  std::span<const Index> frames_at(std::uint64_t address, bool is_leaf);
  Index frame_row(Frame frame);

  const StackTable& stacks_;
  Symbolizer& symbolizer_;
  const CodeOwners& owners_;
  const MergeBy merge_by_;
  std::vector<Frame> frames_;
  std::unordered_map<std::string, Index> row_by_name_;
  const StackKeys keys_;
  std::vector<Walked> walked_;  // by key
  std::vector<Index> places_;   // rows of frames_: paths, each followed by its distinct frames
  // Of addresses that were met: as they stand in stacks, leaves apart.
  struct Met {
    std::uint64_t address;
    bool is_leaf;
    std::uint32_t first, count;  // in met_frames_
  };
  RowIndex met_index_;
  std::vector<Met> met_;
  std::vector<Index> met_frames_;
};

}  // namespace plumbline::analysis
