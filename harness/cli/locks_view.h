// What `plumbline locks` shows, as text or as JSON.
//
// Made by locks_command.cc; locks_json.cc prints the same numbers for programs.
// Thread rule: one thread (names of addresses are memorised). Failure: none.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/attribution/frame_paths.h"
#include "analysis/attribution/locks.h"
#include "analysis/attribution/methods.h"

namespace plumbline::harness {

struct LocksView {
  const std::string& file;
  const analysis::Recording& recording;
  const analysis::LockTable& table;
  analysis::FramePaths& paths;
  std::vector<std::string> notes;

  // Functions of a lock's stacks, with the most time first.
  std::vector<analysis::Method> functions(const std::vector<analysis::KeyTime>& keys) const {
    return analysis::methods_of(keys, paths, analysis::kTimeColumns);
  }
  bool sums_agree() const { return table.blocked_ns == table.lock_ns; }
};

std::string locks_json(const LocksView& view);

}  // namespace plumbline::harness
