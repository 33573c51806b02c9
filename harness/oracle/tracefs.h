// The kernel's tracing file system, through a mount that no other program sees and that is gone
// with this process.
//
// Used by the oracle for the layout of events and for its trace instance. Root only.
// Thread rule: one owner. Failure: io::InputError says what is missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/io/file_descriptor.h"

namespace plumbline::harness::oracle {

// How an event lies in memory, as its `format` file says.
struct EventLayout {
  std::uint16_t id = 0;
  std::map<std::string, std::size_t> offsets;  // of the fields, by name

  // 0 where the record is too short for the field, which then was no field of it.
  template <typename Value>
  Value value_of(std::string_view record, std::size_t offset) const {
    Value value{};
    if (offset + sizeof value <= record.size()) record.copy(bytes_of(value), sizeof value, offset);
    return value;
  }

 private:
  template <typename Value>
  static char* bytes_of(Value& value) {
    return reinterpret_cast<char*>(&value);
  }
};

EventLayout parse_layout(const std::string& format_text);

class Tracefs {
 public:
  Tracefs();

  // `event`: "sched/sched_waking". `fields` must all be there.
  EventLayout layout_of(const std::string& event, const std::vector<std::string>& fields) const;

  int directory() const { return root_.number(); }
  std::string read(const std::string& path) const;
  void write(const std::string& path, const std::string& text) const;

 private:
  io::FileDescriptor root_;
};

}  // namespace plumbline::harness::oracle
