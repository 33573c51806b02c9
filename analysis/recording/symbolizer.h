// Addresses of a recorded process to functions, files and lines.
//
// Used by the views and by the harness. Looks into the modules' files as they are on disk now, and
// only if they are the ones that were recorded. Each address is looked up once.
// Thread rule: one thread. Failure: none; an address without a name reads "[module+0x1a2b]".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/recording/debug_info.h"
#include "analysis/recording/recording.h"

namespace plumbline::analysis {

// Modules that could not be used, of those that were asked for.
struct SymbolizerReport {
  std::uint64_t missing_files = 0;  // not there, not readable, or not ELF (the vDSO)
  std::uint64_t changed_files = 0;  // another build id than the recorded one
};

class Symbolizer {
 public:
  // `modules` must outlive it.
  explicit Symbolizer(const std::vector<Module>& modules);

  // The functions that `pc` lies in, innermost inlined one first; never empty. For the leaf of a
  // sample, which is where the thread really was.
  const std::vector<CodeLocation>& at(std::uint64_t pc);

  // The same for any frame above a leaf. A return address may lie behind the end of its function
  // (after a call that does not return), so the call is looked up instead.
  // A number of frames that are left out (format::kMaxLeftOut) reads "[12 frames left out]".
  const std::vector<CodeLocation>& at_call_before(std::uint64_t return_address);

  // Row of the module that `pc` lies in, or kNone.
  Index module_of(std::uint64_t pc) const;

  const SymbolizerReport& report() const { return report_; }

 private:
  std::vector<CodeLocation> look_up(std::uint64_t pc);
  const DebugInfo* debug_info_of(Index module);
  const DebugInfo* open(const Module& module);

  const std::vector<Module>& modules_;
  std::vector<Index> by_address_;                           // rows of modules_
  std::unordered_map<Index, const DebugInfo*> debug_info_;  // null: cannot be used
  std::unordered_map<std::uint64_t, std::vector<CodeLocation>> known_;
  std::unordered_map<std::uint64_t, std::vector<CodeLocation>> left_out_;
  SymbolizerReport report_;
};

}  // namespace plumbline::analysis
