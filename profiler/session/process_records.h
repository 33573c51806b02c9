// Records that belong to the process: names, modules, settings, counters.
//
// Collected in a fixed buffer and written as blocks of thread index 0.
// Thread rule: one thread at a time (the drain thread, or the control thread when there is none).
// Signal rule: not from handlers. Failure: as RecordingWriter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "profiler/format/record.h"
#include "profiler/session/recording_writer.h"

namespace plumbline::session {

class ProcessRecords {
 public:
  explicit ProcessRecords(RecordingWriter& writer) : writer_(writer) {}

  void add_name(std::uint32_t name_id, std::string_view text);
  void add_setting(std::string_view key, std::string_view value);
  void add_setting(std::string_view key, std::uint64_t value);
  void add_counter(std::string_view key, std::uint64_t value);
  void add_flush(std::int64_t wall_ns);
  void add_rate_change(const format::RateChange& change);
  void add_module(format::Module module, std::string_view path, std::string_view build_id);

  // Writes what has been collected.
  void flush();

 private:
  template <class Record>
  void append(format::RecordType type, Record record, std::string_view first,
              std::string_view second);

  RecordingWriter& writer_;
  std::size_t used_ = 0;
  alignas(8) std::array<std::byte, 32 * 1024> buffer_;
};

}  // namespace plumbline::session
