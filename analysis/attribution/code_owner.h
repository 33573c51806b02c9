// Whose code is it: the program's own, a third party's, libc's, the kernel's?
//
// Used by frame_paths.cc. Told by the module's path alone. Own is the main executable, which stands
// first in a recording, and what lies in its folder or below, or under the prefixes that were
// named. libc is glibc with its loader and the run-time libraries of C++. All else is third party.
// Thread rule: immutable once built. Failure: none; code in no module is third party.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/recording/recording.h"

namespace plumbline::analysis {

enum class CodeOwner : std::uint8_t { kOwn, kThirdParty, kLibc, kKernel, kNoCode };
inline constexpr std::size_t kCodeOwnerCount = 5;

inline constexpr std::array<std::string_view, kCodeOwnerCount> kCodeOwnerIds = {
    "own", "third_party", "libc", "kernel", "no_code"};
inline constexpr std::array<std::string_view, kCodeOwnerCount> kCodeOwnerNames = {
    "your code", "third party", "libc", "kernel", "no code"};

class CodeOwners {
 public:
  // `own_prefixes` of paths: in place of the main executable's folder, if there are any.
  CodeOwners(const std::vector<Module>& modules, const std::vector<std::string>& own_prefixes);

  // Of a row of the modules, or of none.
  CodeOwner of_module(Index module) const {
    return module == kNone ? CodeOwner::kThirdParty : by_module_[module];
  }

 private:
  std::vector<CodeOwner> by_module_;
};

// libc's own files and those that every C++ program brings along.
bool is_libc_family(std::string_view file_name);

}  // namespace plumbline::analysis
