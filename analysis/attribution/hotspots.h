// Hotspots: where the time of some spans went, by category, method and call tree.
//
// Used by the commands and by tests. Built once for a recording; then any number of selections and
// scopes, each in one pass over what it holds.
// Thread rule: one thread (names of addresses are memorised). Failure: the engine throws
// io::InputError for a selection that finds nothing; a scope without time has an empty result.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analysis/attribution/call_tree.h"
#include "analysis/attribution/methods.h"
#include "analysis/attribution/selection.h"
#include "analysis/attribution/time_load.h"

namespace plumbline::analysis {

struct HotspotOptions {
  MergeBy merge_by = MergeBy::kFunction;
  std::vector<std::string> own_prefixes;  // see CodeOwners
};

class HotspotEngine {
 public:
  // The recording must outlive it. Holds no partition at any time: time_load.h.
  HotspotEngine(const Recording& recording, const HotspotOptions& options);

  // Of a partition that is there anyway; it need not outlive the engine.
  HotspotEngine(const Recording& recording, const Partition& partition,
                const HotspotOptions& options);

  // Rows of spans; see selection.h.
  std::vector<Index> pick(const SpanPicks& picks) const {
    return picked_spans(recording_, index_.forest(), picks);
  }

  ScopedTime scoped(const std::vector<Index>& picked, Scope scope) const {
    return scoped_time(recording_.spans, index_, covered_ns_by_root_, picked, scope);
  }
  ScopedTime whole() const { return whole_recording(index_); }

  SelectedTime time_of(const ScopedTime& scope) const { return selected_time(index_, scope); }

  std::vector<Method> methods(const SelectedTime& time, std::size_t column = kTimeColumns) {
    return methods_of(time.keys, paths_, column);
  }
  CallTree tree(const SelectedTime& time, TreeDirection direction, std::uint32_t depth,
                std::size_t column = kTimeColumns) {
    return call_tree_of(time.keys, paths_, direction, depth, column);
  }

  // Rows of paths().frames() of a stack key, leaf first.
  std::span<const Index> path_of(Index key) { return paths_.path(key); }

  const TimeIndex& index() const { return index_; }
  const FramePaths& paths() const { return paths_; }
  const Conservation& conservation() const { return conservation_; }
  FramePaths& paths() { return paths_; }  // to walk more of them
  const SymbolizerReport& symbols() const { return symbolizer_.report(); }

 private:
  HotspotEngine(const Recording& recording, LoadedTime time, const HotspotOptions& options);

  const Recording& recording_;
  TimeIndex index_;
  std::vector<std::int64_t> covered_ns_by_root_;
  Conservation conservation_;
  CodeOwners owners_;
  Symbolizer symbolizer_;
  FramePaths paths_;
};

}  // namespace plumbline::analysis
