// .eh_frame and .eh_frame_hdr made by hand, for tests: the header first, as GNU ld lays them out.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "profiler/unwind/eh_frame.h"

namespace plumbline::unwind::test {

using Program = std::vector<std::uint8_t>;

inline constexpr std::uint64_t kImageAddress = 0x7f00'0000'0000;
inline constexpr std::uint64_t kCodeAddress = kImageAddress + 0x10000;
inline constexpr std::uint8_t kPcRelative4 = 0x1b;  // what GCC and clang write

// How a CIE differs from GCC's usual one.
struct CieShape {
  std::uint8_t version = 1;
  std::string augmentation = "zR";
  Program augmentation_data = {kPcRelative4};
  std::uint8_t pointer_encoding = kPcRelative4;
  std::uint8_t return_register = 16;
  // def_cfa rsp 8; offset rip at CFA-8: as at every function's first instruction.
  Program program = {0x0c, 7, 8, 0x90, 1};
};

class FrameBytes {
 public:
  static constexpr std::size_t kHeaderBytes = 4096;

  // Addresses of entries, for fde() and for tables.
  std::uint64_t cie(const CieShape& shape = {}) {
    encoding_ = shape.pointer_encoding;
    has_size_ = !shape.augmentation.empty() && shape.augmentation[0] == 'z';
    const std::uint64_t begin = begin_entry();
    put<std::uint32_t>(0);
    put<std::uint8_t>(shape.version);
    for (const char letter : shape.augmentation) put<char>(letter);
    put<char>('\0');
    put<std::uint8_t>(1);     // code alignment
    put<std::uint8_t>(0x78);  // data alignment: -8
    put<std::uint8_t>(shape.return_register);
    if (has_size_) put<std::uint8_t>(static_cast<std::uint8_t>(shape.augmentation_data.size()));
    put_all(shape.augmentation_data);
    put_all(shape.program);
    end_entry();
    return begin;
  }

  std::uint64_t fde(std::uint64_t cie, std::uint64_t code, std::uint32_t size,
                    const Program& program) {
    const std::uint64_t begin = begin_entry();
    put<std::uint32_t>(static_cast<std::uint32_t>(here() - cie));
    put_pointer(code);
    put_number(size);
    if (has_size_) put<std::uint8_t>(0);
    put_all(program);
    end_entry();
    table_.push_back({code, begin});
    return begin;
  }

  void terminator() { put<std::uint32_t>(0); }
  template <class Number>
  void put(Number number) {
    frames_.resize(frames_.size() + sizeof number);
    std::memcpy(frames_.data() + frames_.size() - sizeof number, &number, sizeof number);
  }
  void put_all(const Program& program) {
    for (const std::uint8_t byte : program) put(byte);
  }
  std::uint64_t here() const { return kImageAddress + kHeaderBytes + frames_.size(); }

  enum class Table { kSorted, kAsWritten, kLeftOut };
  // The whole image; the header lies at kImageAddress.
  std::vector<std::byte> bytes(Table table = Table::kSorted) const;

 private:
  std::uint64_t begin_entry() {
    entry_ = frames_.size();
    put<std::uint32_t>(0);
    return kImageAddress + kHeaderBytes + entry_;
  }
  void end_entry() {
    while (frames_.size() % 4 != 0) put<std::uint8_t>(0);
    const auto length = static_cast<std::uint32_t>(frames_.size() - entry_ - 4);
    std::memcpy(&frames_[entry_], &length, sizeof length);
  }
  void put_pointer(std::uint64_t value);
  void put_number(std::uint64_t value);

  std::vector<std::byte> frames_;
  std::vector<FdeStart> table_;
  std::size_t entry_ = 0;
  std::uint8_t encoding_ = kPcRelative4;
  bool has_size_ = true;
};

inline void FrameBytes::put_number(std::uint64_t value) {
  switch (encoding_ & pointer_encoding::kFormat) {
    case 0x00:
    case 0x04:
    case 0x0c:
      return put<std::uint64_t>(value);
    case 0x02:
    case 0x0a:
      return put<std::uint16_t>(static_cast<std::uint16_t>(value));
    case 0x01:
    case 0x09:  // ten bytes, so that signed and unsigned look alike
      for (int i = 0; i < 9; ++i) {
        put<std::uint8_t>(static_cast<std::uint8_t>(0x80 | (value >> (7 * i) & 0x7f)));
      }
      return put<std::uint8_t>(static_cast<std::uint8_t>(value >> 63));
    default:
      return put<std::uint32_t>(static_cast<std::uint32_t>(value));
  }
}

inline void FrameBytes::put_pointer(std::uint64_t value) {
  const bool from_itself = (encoding_ & pointer_encoding::kBase) == pointer_encoding::kFromItself;
  put_number(from_itself ? value - here() : value);
}

inline std::vector<std::byte> FrameBytes::bytes(Table table) const {
  std::vector<FdeStart> entries = table_;
  if (table == Table::kSorted) {
    std::sort(entries.begin(), entries.end(),
              [](const FdeStart& a, const FdeStart& b) { return a.begin < b.begin; });
  }
  FrameBytes header;
  const bool has_table = table != Table::kLeftOut;
  header.put_all({1, kPcRelative4, std::uint8_t(has_table ? 0x03 : 0xff),
                  std::uint8_t(has_table ? 0x3b : 0xff)});
  header.put<std::uint32_t>(kHeaderBytes - 4);
  if (has_table) {
    header.put(static_cast<std::uint32_t>(entries.size()));
    for (const FdeStart& entry : entries) {
      header.put(static_cast<std::uint32_t>(entry.begin - kImageAddress));
      header.put(static_cast<std::uint32_t>(entry.entry - kImageAddress));
    }
  }
  std::vector<std::byte> all = header.frames_;
  all.resize(kHeaderBytes);
  all.insert(all.end(), frames_.begin(), frames_.end());
  return all;
}

}  // namespace plumbline::unwind::test
