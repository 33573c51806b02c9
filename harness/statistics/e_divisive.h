// Where the distribution of a series changes: E-divisive, which assumes no distribution.
//
// Called by the history, once for each series of figures; pure. The series is cut where the energy
// distance between the two sides is largest, and each cut has to be larger than those that the same
// values show in a random order. Then the parts are looked at in the same way.
// Cost: length squared for each of the permutations; 999 of 100 values take some 20 ms.
// Thread rule: any thread. Failure: none; a series that is too short has no change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace plumbline::harness {

struct ChangePoint {
  std::size_t index = 0;  // of the first value after the change
  double p_value = 1;     // of the cut, by permutation
  double statistic = 0;   // the energy statistic of the cut
};

struct EDivisiveOptions {
  double significance = 0.01;
  int permutations = 999;
  std::size_t least_values = 3;  // on either side of a cut; at least 2
  std::uint64_t seed = 1;        // of the permutations: equal input, equal answer
};

// In the order of the series. All values are finite.
std::vector<ChangePoint> change_points(std::span<const double> series,
                                       const EDivisiveOptions& options = {});

}  // namespace plumbline::harness
