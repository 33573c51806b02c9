// What a profiler says that it measures. Only that is scored; the rest is "not offered".
//
// Stated by each adapter, and derived from a profile that was brought as a file; asked by the
// scoring. Thread rule: plain data. Failure: none.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/format/category.h"

namespace plumbline::harness {

struct Claims {
  std::array<bool, format::kCategoryCount> categories{};  // how much time each took
  bool endpoints = false;          // whose time it was; else all is of the whole process
  bool spans = false;              // which span owned each moment of a thread: links and confusion
  bool accounts = false;           // for all of wall: residual and conservation
  bool functions = false;          // how the CPU divides among functions
  bool functions_by_wall = false;  // these shares are of wall time, for want of a CPU clock

  bool category(format::Category which) const {
    return categories[static_cast<std::size_t>(which)];
  }
};

Claims all_claims();

// Names of what a profiler can claim: the categories' ids, "endpoints", "spans", "conservation",
// "functions". What is claimed, and what is not.
std::vector<std::string> claimed(const Claims& claims);
std::vector<std::string> not_offered(const Claims& claims);

}  // namespace plumbline::harness
