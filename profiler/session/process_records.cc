#include "profiler/session/process_records.h"

#include <algorithm>
#include <cstring>

#include "profiler/base/decimal.h"

namespace plumbline::session {

namespace {

// Longest text of one record: paths may be that long, nothing else comes near.
constexpr std::size_t kMaxTextBytes = 4096;

std::uint32_t length_of(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

}  // namespace

template <class Record>
void ProcessRecords::append(format::RecordType type, Record record, std::string_view first,
                            std::string_view second) {
  const std::uint32_t size_bytes = format::padded_size(sizeof record, first.size() + second.size());
  if (used_ + size_bytes > buffer_.size()) flush();
  record.header = {type, 0, size_bytes};
  std::byte* at = &buffer_[used_];
  std::memset(at, 0, size_bytes);
  std::memcpy(at, &record, sizeof record);
  if (!first.empty()) std::memcpy(at + sizeof record, first.data(), first.size());
  if (!second.empty()) {
    std::memcpy(at + sizeof record + first.size(), second.data(), second.size());
  }
  used_ += size_bytes;
}

void ProcessRecords::add_name(std::uint32_t name_id, std::string_view text) {
  append(format::RecordType::kName,
         format::Name{.header = {}, .name_id = name_id, .length_bytes = length_of(text)}, text, {});
}

void ProcessRecords::add_setting(std::string_view key, std::string_view value) {
  value.remove_suffix(value.size() - std::min(value.size(), kMaxTextBytes));
  append(
      format::RecordType::kSetting,
      format::Setting{.header = {}, .key_bytes = length_of(key), .value_bytes = length_of(value)},
      key, value);
}

void ProcessRecords::add_setting(std::string_view key, std::uint64_t value) {
  base::FixedText<24> text;
  text.append_decimal(value);
  add_setting(key, text.view());
}

void ProcessRecords::add_counter(std::string_view key, std::uint64_t value) {
  append(format::RecordType::kCounter,
         format::Counter{.header = {},
                         .value = static_cast<std::int64_t>(value),
                         .key_bytes = length_of(key),
                         .reserved = 0},
         key, {});
}

void ProcessRecords::add_flush(std::int64_t wall_ns) {
  append(format::RecordType::kFlush, format::Flush{.header = {}, .wall_ns = wall_ns}, {}, {});
}

void ProcessRecords::add_rate_change(const format::RateChange& change) {
  append(format::RecordType::kRateChange, change, {}, {});
}

void ProcessRecords::add_module(format::Module module, std::string_view path,
                                std::string_view build_id) {
  path.remove_suffix(path.size() - std::min(path.size(), kMaxTextBytes));
  module.path_bytes = length_of(path);
  module.build_id_bytes = length_of(build_id);
  append(format::RecordType::kModule, module, path, build_id);
}

void ProcessRecords::flush() {
  const std::span<const std::byte> payload(buffer_.data(), used_);
  constexpr std::uint32_t kProcess = 0;
  writer_.write_block(kProcess, 0, std::array{payload});
  used_ = 0;
}

}  // namespace plumbline::session
