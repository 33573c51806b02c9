#include "analysis/web/column_writer.h"

namespace plumbline::analysis {

void ColumnWriter::begin(std::string name, std::string_view kind, std::size_t count) {
  columns_.push_back({std::move(name), kind, count, bytes_.size(), 0});
}

void ColumnWriter::append(std::int64_t value) {
  auto left = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (; left >= 0x80; left >>= 7) bytes_ += static_cast<char>(left | 0x80);
  bytes_ += static_cast<char>(left);
}

void ColumnWriter::add_ids(std::string name, const std::vector<std::uint64_t>& ids) {
  begin(std::move(name), "bytes", ids.size());
  for (const std::uint64_t id : ids) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>(id >> shift);
  }
  end();
}

std::string ColumnWriter::container(std::string_view header) const {
  std::string whole = "PLUMBPG1";
  for (int shift = 0; shift < 32; shift += 8) whole += static_cast<char>(header.size() >> shift);
  whole += header;
  whole += bytes_;
  return whole;
}

}  // namespace plumbline::analysis
