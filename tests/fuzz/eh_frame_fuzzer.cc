// Any bytes as the .eh_frame of a module: read, listed, run and made into a table. Whatever comes
// in, every lookup must give a rule that the table has, and work and memory stay in proportion.
//
// An input whose first byte is 1 is .eh_frame alone and gets a header without a table, so that its
// entries are found from front to back; any other input is the image itself, header first.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "profiler/unwind/table_builder.h"

namespace {

using namespace plumbline::unwind;

constexpr std::uint64_t kImageAddress = 0x7f00'0000'0000;
// Code on both sides of the image, as linkers lay it out.
constexpr std::uint64_t kReachBytes = 1 << 16;
constexpr std::uint32_t kLookupStep = 7;  // every byte would take nearly all of the time
constexpr CodeRange kCode{kImageAddress - kReachBytes, kImageAddress + kReachBytes};

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::byte> with_header(const std::byte* frames, std::size_t bytes) {
  // Version 1; .eh_frame is 4 bytes on; no count and no table.
  std::vector<std::byte> image;
  for (const unsigned byte : {1u, 0x1bu, 0xffu, 0xffu, 4u, 0u, 0u, 0u}) {
    image.push_back(static_cast<std::byte>(byte));
  }
  image.insert(image.end(), frames, frames + bytes);
  return image;
}

void check(const std::vector<std::byte>& bytes) {
  TableTotals totals;
  const RuleTable* table = build_table({Bytes(bytes), kImageAddress}, kImageAddress, kCode, totals);
  if (table == nullptr) return;
  require(totals.functions_refused <= 2 * totals.functions + bytes.size());
  require(table->row_count() <= bytes.size() + RuleTable::kRowsAtOnce);
  std::uint32_t changes = 1;
  std::uint16_t before = 0;
  for (std::uint32_t offset = 0; offset < table->code_bytes(); offset += kLookupStep) {
    const std::uint16_t number = table->number_at(offset);
    require(number < table->rule_count());
    if (number != before) ++changes;
    before = number;
  }
  require(changes <= table->row_count());
  destroy_table(table);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  if (size_bytes > 0 && data[0] == 1 && size_bytes % 2 == 0) {
    check(with_header(bytes + 1, size_bytes - 1));
  } else {
    check(std::vector<std::byte>(bytes, bytes + size_bytes));
  }
  return 0;
}
