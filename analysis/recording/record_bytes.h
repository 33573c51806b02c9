// Single records out of a block's payload: bytes to structs, with every size checked.
//
// Used by reader.cc (which steps from record to record) and by the assembler (which decodes
// them). Copies, since nothing promises that a payload is aligned in memory.
// Thread rule: pure. Failure: std::nullopt.
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#include "analysis/recording/block_reader.h"
#include "profiler/format/record.h"

namespace plumbline::analysis {

// The header of the record at the front of `payload`; nothing when what stands there cannot be
// stepped over.
inline std::optional<format::RecordHeader> record_header(Bytes payload) {
  format::RecordHeader header;
  if (payload.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, payload.data(), sizeof header);
  const std::size_t size_bytes = header.size_bytes;
  if (size_bytes < sizeof header || size_bytes % 8 != 0 || size_bytes > payload.size()) {
    return std::nullopt;
  }
  return header;
}

// A template, since all record structs are decoded alike. A record may be longer than the struct:
// a later writer may append fields.
template <class Record>
std::optional<Record> decode(Bytes record) {
  static_assert(std::is_trivially_copyable_v<Record>);
  if (record.size() < sizeof(Record)) return std::nullopt;
  Record decoded;
  std::memcpy(&decoded, record.data(), sizeof decoded);
  return decoded;
}

// `size_bytes` bytes of `record`, from `offset` on; nothing when they are not all there.
inline std::optional<Bytes> tail(Bytes record, std::size_t offset, std::size_t size_bytes) {
  if (offset > record.size() || size_bytes > record.size() - offset) return std::nullopt;
  return record.subspan(offset, size_bytes);
}

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace plumbline::analysis
