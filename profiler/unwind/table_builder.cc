#include "profiler/unwind/table_builder.h"

#include <algorithm>
#include <bit>
#include <new>

#include "profiler/unwind/cfi_program.h"
#include "profiler/unwind/mapped_memory.h"

namespace plumbline::unwind {

namespace {

constexpr std::uint64_t kMaxCodeBytes = std::uint64_t{1} << 31;
constexpr std::size_t kMaxRules = 1 << 16;
constexpr std::uint32_t kNoOffset = ~std::uint32_t{0};
// A sound module runs less than 2 bytes of instructions per byte of .eh_frame. A hostile table may
// name one large entry again and again.
constexpr std::uint64_t kMaxWorkPerByte = 8;

std::size_t bucket_count(const CodeRange& code) {
  return static_cast<std::size_t>((code.end - code.begin) / RuleTable::kBucketBytes + 1);
}

// Every row but two per function needs a byte of instructions, and a function 12 bytes or more.
std::size_t max_rows(const Image& image) { return image.bytes.size() + RuleTable::kRowsAtOnce; }

std::size_t slot_count(const Image& image) {
  return std::bit_ceil(2 * std::min(kMaxRules, max_rows(image)));
}

std::uint64_t hash_of(const Rule& rule) {
  const auto low = static_cast<std::uint32_t>(rule.offset);
  const auto saved = static_cast<std::uint32_t>(rule.rbp_words << 16 | (rule.rbx_words & 0xffff));
  const std::uint64_t kinds = static_cast<std::uint64_t>(rule.cfa) |
                              static_cast<std::uint64_t>(rule.rbp) << 8 |
                              static_cast<std::uint64_t>(rule.rbx) << 16 |
                              std::uint64_t{rule.base} << 24 | std::uint64_t{rule.addend} << 32;
  constexpr std::uint64_t kOdd = 0x9e37'79b9'7f4a'7c15;  // 2^64 / golden ratio
  return (((std::uint64_t{saved} << 32 | low) ^ kinds * kOdd) * kOdd) >> 32;
}

template <class T>
T* copied(const T* from, std::size_t count, T* to) {
  std::copy_n(from, count, to);
  return to;
}

}  // namespace

class TableBuilder {
 public:
  TableBuilder(const Image& image, const CodeRange& code, std::size_t max_entries);

  bool ok() const { return starts_ != nullptr; }
  void read(EhFrame& frames, TableTotals& totals);
  const RuleTable* finish(TableTotals& totals);

 private:
  void add_function(const Fde& fde, std::uint64_t end, TableTotals& totals);
  void add_row(std::uint32_t offset, const Rule& rule);
  std::uint16_t number_of(const Rule& rule);

  CodeRange code_;
  std::size_t buckets_;
  std::size_t max_rows_;
  std::size_t slot_count_;
  std::uint64_t work_left_;
  MappedMemory memory_;
  Rule* rules_;
  std::uint16_t* slots_;  // numbers of rules, by hash; 0: free
  std::uint32_t* first_row_;
  std::uint16_t* rule_of_row_;
  std::uint8_t* low_byte_;
  FdeStart* starts_;
  std::uint32_t row_count_ = 1;            // row 0 stands before all code
  std::uint32_t rule_count_ = 1;           // rule 0 is "no rule"
  std::uint32_t last_offset_ = kNoOffset;  // of the last row, when it may still be replaced
  std::size_t buckets_begun_ = 0;
};

TableBuilder::TableBuilder(const Image& image, const CodeRange& code, std::size_t max_entries)
    : code_(code),
      buckets_(bucket_count(code)),
      max_rows_(max_rows(image)),
      slot_count_(slot_count(image)),
      work_left_(kMaxWorkPerByte * image.bytes.size()),
      memory_(MappedMemory::room_for<Rule>(kMaxRules) +
              MappedMemory::room_for<std::uint16_t>(slot_count_ + max_rows_) +
              MappedMemory::room_for<std::uint32_t>(buckets_ + 1) +
              MappedMemory::room_for<std::uint8_t>(max_rows_) +
              MappedMemory::room_for<FdeStart>(max_entries)),
      rules_(memory_.carve<Rule>(kMaxRules)),
      slots_(memory_.carve<std::uint16_t>(slot_count_)),
      first_row_(memory_.carve<std::uint32_t>(buckets_ + 1)),
      rule_of_row_(memory_.carve<std::uint16_t>(max_rows_)),
      low_byte_(memory_.carve<std::uint8_t>(max_rows_)),
      starts_(memory_.carve<FdeStart>(max_entries)) {}

void TableBuilder::read(EhFrame& frames, TableTotals& totals) {
  const std::size_t count = frames.list(starts_, totals.functions_refused);
  for (std::size_t i = 0; i < count; ++i) {
    ++totals.functions;
    const Fde fde = frames.entry_at(starts_[i].entry);
    const std::uint64_t work = fde.program.left() + fde.cie.program.left() + 1;
    const bool usable =
        fde.ok && fde.begin == starts_[i].begin && code_.contains(fde.begin) && work <= work_left_;
    if (!usable) {
      ++totals.functions_refused;
      continue;
    }
    work_left_ -= work;
    // Functions that overlap: the one that begins later has the code.
    const std::uint64_t next = i + 1 < count ? starts_[i + 1].begin : code_.end;
    add_function(fde, std::min({fde.end, next, code_.end}), totals);
  }
}

void TableBuilder::add_function(const Fde& fde, std::uint64_t end, TableTotals& totals) {
  CfiProgram program(fde);
  Row row;
  while (program.next(row) && row.begin < end) {
    add_row(static_cast<std::uint32_t>(row.begin - code_.begin), row.rule);
    if (row.rule.cfa == Cfa::kNone) ++totals.rows_without_rule;
  }
  if (program.malformed()) ++totals.functions_refused;
  if (end < code_.end) add_row(static_cast<std::uint32_t>(end - code_.begin), Rule{});
}

void TableBuilder::add_row(std::uint32_t offset, const Rule& rule) {
  if (offset == last_offset_) --row_count_;  // the last one counts
  last_offset_ = kNoOffset;
  const std::uint16_t number = row_count_ + 2 < max_rows_ ? number_of(rule) : std::uint16_t{0};
  const std::size_t bucket = offset / RuleTable::kBucketBytes;
  while (buckets_begun_ <= bucket) first_row_[buckets_begun_++] = row_count_;
  if (rule_of_row_[row_count_ - 1] == number) return;
  rule_of_row_[row_count_] = number;
  low_byte_[row_count_] = static_cast<std::uint8_t>(offset % RuleTable::kBucketBytes);
  ++row_count_;
  last_offset_ = offset;
}

std::uint16_t TableBuilder::number_of(const Rule& rule) {
  if (rule == rules_[0]) return 0;
  std::size_t slot = hash_of(rule) % slot_count_;
  while (slots_[slot] != 0) {
    if (rules_[slots_[slot]] == rule) return slots_[slot];
    slot = (slot + 1) % slot_count_;
  }
  if (rule_count_ == kMaxRules) return 0;
  const auto number = static_cast<std::uint16_t>(rule_count_++);
  rules_[number] = rule;
  slots_[slot] = number;
  return number;
}

const RuleTable* TableBuilder::finish(TableTotals& totals) {
  while (buckets_begun_ <= buckets_) first_row_[buckets_begun_++] = row_count_;
  const std::size_t padded_rows = row_count_ + RuleTable::kRowsAtOnce;
  MappedMemory memory(MappedMemory::room_for<RuleTable>(1) +
                      MappedMemory::room_for<Rule>(rule_count_) +
                      MappedMemory::room_for<std::uint32_t>(buckets_ + 1) +
                      MappedMemory::room_for<std::uint16_t>(row_count_) +
                      MappedMemory::room_for<std::uint8_t>(padded_rows));
  if (!memory.ok()) return nullptr;
  auto* table = new (memory.carve<RuleTable>(1)) RuleTable;
  table->memory_bytes_ = memory.bytes();
  table->code_bytes_ = static_cast<std::uint32_t>(code_.end - code_.begin);
  table->row_count_ = row_count_;
  table->rule_count_ = rule_count_;
  table->rules_ = copied(rules_, rule_count_, memory.carve<Rule>(rule_count_));
  table->first_row_ = copied(first_row_, buckets_ + 1, memory.carve<std::uint32_t>(buckets_ + 1));
  table->rule_of_row_ = copied(rule_of_row_, row_count_, memory.carve<std::uint16_t>(row_count_));
  table->low_byte_ = copied(low_byte_, row_count_, memory.carve<std::uint8_t>(padded_rows));
  memory.release();
  totals.rows += row_count_;
  totals.bytes += table->memory_bytes_;
  return table;
}

const RuleTable* build_table(const Image& image, std::uint64_t header, const CodeRange& code,
                             TableTotals& totals) {
  if (code.end <= code.begin || code.end - code.begin > kMaxCodeBytes) return nullptr;
  EhFrame frames(image, header);
  if (!frames.ok()) return nullptr;
  TableBuilder builder(image, code, frames.max_entries());
  if (!builder.ok()) return nullptr;
  builder.read(frames, totals);
  return builder.finish(totals);
}

void destroy_table(const RuleTable* table) {
  auto* memory = const_cast<RuleTable*>(table);
  if (memory != nullptr) base::sys::unmap_memory(memory, table->memory_bytes());
}

}  // namespace plumbline::unwind
