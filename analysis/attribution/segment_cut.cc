#include "analysis/attribution/segment_cut.h"

namespace plumbline::analysis {

namespace {

__extension__ using Wide = __int128;

// value * part / whole, rounded down, for whole > 0.
std::int64_t portion(std::int64_t value, std::int64_t part, std::int64_t whole) {
  const Wide product = Wide{value} * part;
  const Wide quotient = product / whole;
  return static_cast<std::int64_t>(product % whole < 0 ? quotient - 1 : quotient);
}

}  // namespace

// Negative parts first, so that what is left for the others never shrinks as the cut moves on. Then
// each of the others takes its portion of what those before it left: so it never shrinks either.
void keep_first(std::span<std::int64_t> parts, std::int64_t length_ns, std::int64_t before_ns) {
  if (length_ns <= 0) return;
  std::int64_t whole_ns = length_ns, left_ns = before_ns;
  for (std::int64_t& part_ns : parts) {
    if (part_ns >= 0) continue;
    const std::int64_t all_ns = part_ns;
    part_ns = portion(all_ns, before_ns, length_ns);
    whole_ns -= all_ns;
    left_ns -= part_ns;
  }
  for (std::int64_t& part_ns : parts) {
    if (part_ns <= 0 || whole_ns <= 0) continue;
    const std::int64_t all_ns = part_ns;
    part_ns = portion(left_ns, all_ns, whole_ns);
    whole_ns -= all_ns;
    left_ns -= part_ns;
  }
}

}  // namespace plumbline::analysis
