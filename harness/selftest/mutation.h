// Random mutations of what a profiler said: proof that the judge notices errors nobody thought of.
//
// Drawn from a seed, of the unmutated result of the same runs: so large that the rows that each
// names have to fail, whatever the runs' own scatter, and not much larger. Applied to the Profile,
// between its reader and the scoring.
// Used by mutation_check.cc. Thread rule: pure functions. Failure: none; where no row is tight
// enough to show a kind of mutation, none of that kind is drawn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/profilers/profile.h"
#include "harness/results/results.h"
#include "profiler/format/category.h"

namespace plumbline::harness {

enum class MutationKind : std::uint8_t { kSwap, kDrop, kShift, kScale };
inline constexpr std::size_t kMutationKinds = 4;

struct Mutation {
  MutationKind kind = MutationKind::kSwap;
  format::Category first = format::Category::kCpu;   // swap, drop
  format::Category second = format::Category::kCpu;  // swap
  double drop_pct = 0;
  std::int64_t shift_ns = 0;           // of every stretch of every thread
  double scale = 1;                    // of all times
  std::vector<std::string> must_fail;  // names of rows: "file of GET /report", "links"

  // "drop 7.1 % of file", say.
  std::string what() const;
};

// As it stands in Mutation::must_fail.
std::string row_name(const CellRow& row);
inline constexpr const char* kLinksName = "links";

// `clean`: the unmutated result of one scenario and profiler. `request_ns`: a long request's wall.
// The kinds take turns, from a random one on; one for which no row is tight enough is left out.
std::vector<Mutation> draw_mutations(const Results& clean, double request_ns, std::uint64_t seed,
                                     std::size_t count);

Profile mutated(Profile profile, const Mutation& mutation);

}  // namespace plumbline::harness
