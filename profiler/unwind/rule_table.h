// The rules of one module, as the walker reads them.
//
// Code is cut into buckets of 256 bytes; a row is then the low byte of its address and the number
// of a rule, 3 bytes in all, because a module has few different rules. A bucket is searched 16 rows
// at a time, without a branch for each. Built by build_table in one mapping, never changed
// afterwards.
// Thread rule: any thread. Signal rule: reading is async-signal-safe. Failure: the rule
// "no rule".
#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>

#include "profiler/unwind/rule.h"

namespace plumbline::unwind {

class RuleTable {
 public:
  static constexpr std::uint32_t kBucketBytes = 256;
  static constexpr std::uint32_t kRowsAtOnce = 16;

  // The number of the rule for the byte at `offset` from the start of the module's code, which
  // must be below code_bytes().
  std::uint16_t number_at(std::uint32_t offset) const;
  const Rule& rule(std::uint16_t number) const { return rules_[number]; }

  std::uint32_t code_bytes() const { return code_bytes_; }
  std::uint32_t row_count() const { return row_count_; }
  std::uint32_t rule_count() const { return rule_count_; }
  std::size_t memory_bytes() const { return memory_bytes_; }

 private:
  friend class TableBuilder;

  std::size_t memory_bytes_ = 0;
  std::uint32_t code_bytes_ = 0;
  std::uint32_t row_count_ = 0;
  std::uint32_t rule_count_ = 0;
  const Rule* rules_ = nullptr;               // the first is "no rule"
  const std::uint32_t* first_row_ = nullptr;  // of each bucket, and the end
  const std::uint16_t* rule_of_row_ = nullptr;
  const std::uint8_t* low_byte_ = nullptr;  // of each row; 16 bytes may be read behind the last
};

inline std::uint16_t RuleTable::number_at(std::uint32_t offset) const {
  const std::uint32_t bucket = offset / kBucketBytes;
  std::uint32_t row = first_row_[bucket];
  const std::uint32_t end = first_row_[bucket + 1];
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(offset % kBucketBytes));
  // Rows are sorted: count those of the bucket that are not behind `offset`.
  while (row < end) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(low_byte_ + row));
    const __m128i not_behind = _mm_cmpeq_epi8(_mm_max_epu8(low, wanted), wanted);
    const std::uint32_t behind = ~static_cast<std::uint32_t>(_mm_movemask_epi8(not_behind));
    const auto found = static_cast<std::uint32_t>(__builtin_ctz(behind));
    row += found < end - row ? found : end - row;
    if (found < kRowsAtOnce) break;
  }
  // The row before: of this bucket or the last one of an earlier bucket. Row 0 is "no rule".
  return rule_of_row_[row - 1];
}

}  // namespace plumbline::unwind
