// Reads .eh_frame and .eh_frame_hdr: which functions a module has rules for, and where those are.
//
// Entries are found through the sorted table of .eh_frame_hdr; where a linker left that out, by
// reading .eh_frame from its start. Every length and pointer is taken as hostile.
// Called while a table is built. Thread rule: any thread, on its own bytes. Signal rule: not for
// handlers (slow). Failure: an entry that cannot be read has ok == false.
#pragma once

#include <cstdint>

#include "profiler/unwind/byte_reader.h"

namespace plumbline::unwind {

// A piece of a module's memory: the bytes, and the address at which they lie there.
struct Image {
  Bytes bytes;
  std::uint64_t address = 0;

  // A reader from `at` to the end; a failed one when `at` is outside.
  ByteReader from(std::uint64_t at) const;
};

// What the entries of one compiler run have in common (common information entry).
struct Cie {
  ByteReader program;
  std::uint64_t code_alignment = 0;
  std::int64_t data_alignment = 0;
  std::uint8_t pointer_encoding = 0;
  bool has_augmentation_size = false;
  bool is_signal_frame = false;
  bool ok = false;
};

// The rules of one function, still as a program (frame description entry).
struct Fde {
  Cie cie;
  ByteReader program;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool ok = false;
};

// A function's first address and that of its entry.
struct FdeStart {
  std::uint64_t begin;
  std::uint64_t entry;
};

class EhFrame {
 public:
  // `header` is the address of .eh_frame_hdr. Both sections must lie inside `image`.
  EhFrame(const Image& image, std::uint64_t header);

  bool ok() const { return ok_; }
  // No more entries than this are ever listed.
  std::size_t max_entries() const { return max_entries_; }
  // Writes the start of every entry, sorted by address, to `starts`; returns how many. Entries
  // that cannot be read are left out and counted in `refused`.
  std::size_t list(FdeStart* starts, std::uint64_t& refused);
  // The entry at `entry`. Remembers the CIE, which the next one mostly shares.
  Fde entry_at(std::uint64_t entry);

 private:
  std::size_t list_from_table(FdeStart* starts) const;
  std::size_t list_from_entries(FdeStart* starts, std::uint64_t& refused);
  const Cie& cie_at(std::uint64_t address);

  Image image_;
  std::uint64_t header_ = 0;
  std::uint64_t first_entry_ = 0;
  ByteReader table_;  // of .eh_frame_hdr: pairs of function and entry
  std::size_t table_entries_ = 0;
  std::size_t max_entries_ = 0;
  std::uint64_t cie_address_ = 0;
  Cie cie_;
  bool ok_ = false;
};

}  // namespace plumbline::unwind
