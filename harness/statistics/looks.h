// When an experiment looks at its verdicts, and how sure each look has to be.
//
// More repeats until something is decided are many chances to err: with 95 % at each of two looks a
// bias on the border of its tolerance passes in 4.2 %, not in 2.5. So the 5 % are spent over the
// looks: the sum of what each may err by is 5 % (union bound: it holds for every distribution of
// the looks together), and the intervals of the last look cover in 95 % over the whole experiment.
// Called by the experiment and its tests. Thread rule: pure functions. Failure: none.
#pragma once

#include <cstdint>
#include <vector>

namespace plumbline::harness {

inline constexpr double kConfidence = 0.95;  // over all looks together

struct Look {
  std::int64_t runs = 0;            // that count, at this look
  double confidence = kConfidence;  // of its intervals
};

// At `first` runs, then at twice as many as before, the last time at `most`; 1 <= first <= most.
std::vector<Look> planned_looks(std::int64_t first, std::int64_t most);

}  // namespace plumbline::harness
