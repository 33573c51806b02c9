#include "profiler/unwind/eh_frame.h"

#include <algorithm>

#include "profiler/unwind/rule.h"

namespace plumbline::unwind {

namespace {

// In .eh_frame_hdr every linker writes the table as two signed 32-bit offsets from the header.
constexpr std::uint8_t kTableEncoding = pointer_encoding::kFromData | 0x0b;
constexpr std::size_t kTablePairBytes = 8;
// The shortest entry: length, pointer to the CIE, two pointers of two bytes.
constexpr std::size_t kMinEntryBytes = 12;
constexpr std::uint32_t kLongLength = 0xffff'ffff;

// An entry without its length: a CIE when `cie_distance` is 0, nothing more when `size` is 0.
struct Entry {
  ByteReader body;
  std::uint64_t size = 0;  // of the whole, length included
  std::uint64_t cie_address = 0;
  bool is_cie = false;
};

Entry read_entry(ByteReader reader) {
  Entry entry;
  const std::uint64_t begin = reader.address();
  std::uint64_t length = reader.number<std::uint32_t>();
  if (length == kLongLength) length = reader.number<std::uint64_t>();
  if (length == 0) return entry;  // the terminator, or the end of what can be read
  entry.body = reader.part(length);
  const std::uint64_t id_address = entry.body.address();
  const auto cie_distance = entry.body.number<std::uint32_t>();
  if (!entry.body.ok()) return entry;
  entry.size = id_address + length - begin;
  entry.is_cie = cie_distance == 0;
  entry.cie_address = id_address - cie_distance;
  return entry;
}

// The augmentation: `letters` say what `data` holds, in order.
void read_augmentation(ByteReader letters, ByteReader data, Cie& cie) {
  while (true) {
    switch (letters.number<char>()) {
      case '\0':
        cie.ok = letters.ok() && data.ok();
        return;
      case 'R':
        cie.pointer_encoding = data.number<std::uint8_t>();
        break;
      case 'P': {  // the personality routine, of which only the size matters
        const auto encoding = data.number<std::uint8_t>();
        data.pointer(encoding & pointer_encoding::kFormat);
        break;
      }
      case 'L':
        data.number<std::uint8_t>();
        break;
      case 'S':
        cie.is_signal_frame = true;
        break;
      case 'B':  // AArch64's signed return addresses
      default:   // what follows cannot be told
        return;
    }
  }
}

Cie read_cie(const Entry& entry) {
  Cie cie;
  if (!entry.is_cie) return cie;
  ByteReader body = entry.body;
  const auto version = body.number<std::uint8_t>();
  ByteReader letters = body;
  while (body.number<char>() != '\0') {
  }
  if (version == 4) body.number<std::uint16_t>();  // sizes of addresses and segments
  cie.code_alignment = body.uleb();
  cie.data_alignment = body.sleb();
  const std::uint64_t return_register = version == 1 ? body.number<std::uint8_t>() : body.uleb();
  const bool is_ours = (version == 1 || version == 3 || version == 4) &&
                       return_register == dwarf_register::kReturnAddress && body.ok();
  if (!is_ours) return cie;
  ByteReader first = letters;
  if (first.number<char>() == 'z') {
    cie.has_augmentation_size = true;
    letters = first;
    read_augmentation(letters, body.part(body.uleb()), cie);
  } else {
    cie.ok = ByteReader(letters).number<char>() == '\0';
  }
  cie.program = body;
  cie.ok = cie.ok && body.ok();
  return cie;
}

}  // namespace

ByteReader Image::from(std::uint64_t at) const {
  if (at >= address && at - address <= bytes.size()) {
    return {bytes.subspan(static_cast<std::size_t>(at - address)), at};
  }
  ByteReader nothing;
  nothing.fail();
  return nothing;
}

EhFrame::EhFrame(const Image& image, std::uint64_t header) : image_(image), header_(header) {
  ByteReader reader = image.from(header);
  const auto version = reader.number<std::uint8_t>();
  const auto frame_encoding = reader.number<std::uint8_t>();
  const auto count_encoding = reader.number<std::uint8_t>();
  const auto table_encoding = reader.number<std::uint8_t>();
  first_entry_ = reader.pointer(frame_encoding, header);
  if (version != 1 || !reader.ok() || !image.from(first_entry_).ok()) return;
  ok_ = true;
  max_entries_ = image.from(first_entry_).left() / kMinEntryBytes;
  if (count_encoding == pointer_encoding::kOmitted || table_encoding != kTableEncoding) return;
  const std::uint64_t count = reader.pointer(count_encoding, header);
  if (!reader.ok() || count == 0) return;
  table_ = reader;
  table_entries_ =
      static_cast<std::size_t>(std::min<std::uint64_t>(count, reader.left() / kTablePairBytes));
  max_entries_ = table_entries_;
}

std::size_t EhFrame::list(FdeStart* starts, std::uint64_t& refused) {
  const std::size_t count =
      table_entries_ != 0 ? list_from_table(starts) : list_from_entries(starts, refused);
  const auto by_address = [](const FdeStart& a, const FdeStart& b) { return a.begin < b.begin; };
  if (!std::is_sorted(starts, starts + count, by_address)) {
    std::sort(starts, starts + count, by_address);
  }
  return count;
}

std::size_t EhFrame::list_from_table(FdeStart* starts) const {
  ByteReader table = table_;
  for (std::size_t i = 0; i < table_entries_; ++i) {
    starts[i].begin = table.pointer(kTableEncoding, header_);
    starts[i].entry = table.pointer(kTableEncoding, header_);
  }
  return table_entries_;
}

std::size_t EhFrame::list_from_entries(FdeStart* starts, std::uint64_t& refused) {
  std::size_t count = 0;
  std::uint64_t at = first_entry_;
  while (true) {
    const Entry entry = read_entry(image_.from(at));
    if (entry.size == 0) return count;
    if (!entry.is_cie) {
      const Fde fde = entry_at(at);
      if (fde.ok && count < max_entries_) {
        starts[count++] = {fde.begin, at};
      } else {
        ++refused;
      }
    }
    at += entry.size;
  }
}

const Cie& EhFrame::cie_at(std::uint64_t address) {
  if (address != cie_address_ || !cie_.ok) {
    cie_ = read_cie(read_entry(image_.from(address)));
    cie_address_ = address;
  }
  return cie_;
}

Fde EhFrame::entry_at(std::uint64_t at) {
  Fde fde;
  Entry entry = read_entry(image_.from(at));
  if (entry.size == 0 || entry.is_cie) return fde;
  fde.cie = cie_at(entry.cie_address);
  if (!fde.cie.ok) return fde;
  fde.begin = entry.body.pointer(fde.cie.pointer_encoding);
  // The length of the code: the same format, but never relative to anything.
  const std::uint64_t bytes =
      entry.body.pointer(fde.cie.pointer_encoding & pointer_encoding::kFormat);
  if (fde.cie.has_augmentation_size) entry.body.skip(entry.body.uleb());
  fde.end = fde.begin + bytes;
  fde.program = entry.body;
  fde.ok = entry.body.ok() && fde.end > fde.begin;
  return fde;
}

}  // namespace plumbline::unwind
