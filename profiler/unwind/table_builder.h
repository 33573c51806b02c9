// Turns the .eh_frame of a module into its table of rules.
//
// Called by the module map, in ordinary context. Thread rule: any thread. Signal rule: not for
// handlers (milliseconds). Failure: no table; functions that cannot be read have no rule. Both are
// counted. Work and memory are bounded by the size of the image, whatever its bytes say.
#pragma once

#include <cstdint>

#include "profiler/unwind/eh_frame.h"
#include "profiler/unwind/rule_table.h"

namespace plumbline::unwind {

// The addresses [begin, end) of a module's code.
struct CodeRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool contains(std::uint64_t address) const { return address >= begin && address < end; }
};

struct TableTotals {
  std::uint64_t functions = 0;
  std::uint64_t functions_refused = 0;  // malformed, or beyond a limit: without rules
  std::uint64_t rows = 0;
  std::uint64_t rows_without_rule = 0;  // inside functions: rules of a shape that Rule has not
  std::uint64_t bytes = 0;
};

// Null on failure. Adds to `totals`. `header` is the address of .eh_frame_hdr in `image`.
const RuleTable* build_table(const Image& image, std::uint64_t header, const CodeRange& code,
                             TableTotals& totals);
void destroy_table(const RuleTable* table);

}  // namespace plumbline::unwind
