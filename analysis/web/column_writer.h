// Columns of integers as the page reads them: a JSON header that lists them, and their bytes.
//
// Used by page_data.cc; `src/data/container.ts` reads it. The layout:
//   "PLUMBPG1", length of the header in bytes (4, little-endian), header (JSON), bodies
// A body is one zigzag varint (LEB128) for each value or, in a delta column, for each difference to
// the value before; or it is bytes as they are. Most of it is then packed by gzip.
// Thread rule: one thread. Failure: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::analysis {

class ColumnWriter {
 public:
  struct Column {
    std::string name;
    std::string_view kind;  // "plain", "delta", "bytes"
    std::size_t count = 0, offset = 0, size_bytes = 0;
  };

  template <class Values>
  void add_plain(std::string name, const Values& values) {
    begin(std::move(name), "plain", values.size());
    for (const auto value : values) append(static_cast<std::int64_t>(value));
    end();
  }
  // For what grows: times, starts of lists.
  template <class Values>
  void add_delta(std::string name, const Values& values) {
    begin(std::move(name), "delta", values.size());
    std::uint64_t before = 0;
    for (const auto value : values) {
      append(static_cast<std::int64_t>(static_cast<std::uint64_t>(value) - before));
      before = static_cast<std::uint64_t>(value);
    }
    end();
  }
  // Eight bytes each, big-endian: ids, which are shown as hexadecimal.
  void add_ids(std::string name, const std::vector<std::uint64_t>& ids);

  const std::vector<Column>& columns() const { return columns_; }

  // All of it behind `header`, which is to list columns().
  std::string container(std::string_view header) const;

 private:
  void begin(std::string name, std::string_view kind, std::size_t count);
  void end() { columns_.back().size_bytes = bytes_.size() - columns_.back().offset; }
  void append(std::int64_t value);

  std::vector<Column> columns_;
  std::string bytes_;
};

}  // namespace plumbline::analysis
