// A number at an offset of a record that the kernel wrote, aligned or not.
//
// Used by the readers of perf's records and of trace pages.
// Thread rule: pure function. Failure: 0 where the bytes do not reach so far; whoever cares
// compares the length.
#pragma once

#include <cstddef>
#include <string_view>

namespace plumbline::harness::oracle {

template <typename Value>
Value value_at(std::string_view bytes, std::size_t offset) {
  Value value{};
  if (offset + sizeof value <= bytes.size()) {
    bytes.copy(reinterpret_cast<char*>(&value), sizeof value, offset);
  }
  return value;
}

}  // namespace plumbline::harness::oracle
