// Whether the machine was fit for what was run on it, by the verdicts of the runs.
//
// Called when campaigns are judged, and when shards are merged. Thread rule: one thread.
// Failure: none.
#pragma once

#include <cstdint>
#include <string>

#include "harness/results/results.h"

namespace plumbline::harness {

// Counts the runs of one or of all campaigns; remembers an example of an invalid one.
class Fitness {
 public:
  void add(const RunRow& run);

  // "machine unfit: 4 of 10 runs invalid, such as ..."; empty: it was fit.
  std::string unfit() const;

 private:
  std::int64_t attempts_ = 0, invalid_ = 0;
  std::string example_;
};

// How such a reason begins, wherever it stands in a result.
inline constexpr std::string_view kMachineUnfit = "machine unfit";

}  // namespace plumbline::harness
