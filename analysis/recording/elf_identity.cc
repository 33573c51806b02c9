#include "analysis/recording/elf_identity.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "analysis/recording/record_bytes.h"

namespace plumbline::analysis {

namespace {

// Notes are padded to 4 bytes in every file that the usual linkers make.
std::size_t padded(std::size_t bytes) { return (bytes + 3) & ~std::size_t{3}; }

// The build id among the notes of one PT_NOTE segment, or "".
std::string build_id_in(Bytes notes) {
  while (const auto note = decode<Elf64_Nhdr>(notes)) {
    const auto name = tail(notes, sizeof *note, note->n_namesz);
    const std::size_t text_at = sizeof *note + padded(note->n_namesz);
    const auto text = tail(notes, text_at, note->n_descsz);
    if (!name || !text) return {};
    if (note->n_type == NT_GNU_BUILD_ID && as_text(*name) == std::string_view("GNU\0", 4)) {
      return as_hex(*text);
    }
    notes = notes.subspan(std::min(notes.size(), text_at + padded(note->n_descsz)));
  }
  return {};
}

bool is_elf_of_this_machine(const Elf64_Ehdr& header) {
  const unsigned char* ident = header.e_ident;
  return std::equal(ident, ident + SELFMAG, ELFMAG) && ident[EI_CLASS] == ELFCLASS64 &&
         ident[EI_DATA] == ELFDATA2LSB;
}

}  // namespace

std::string as_hex(Bytes bytes) {
  std::string hex;
  for (const std::byte byte : bytes) {
    fmt::format_to(std::back_inserter(hex), "{:02x}", std::to_integer<unsigned>(byte));
  }
  return hex;
}

std::optional<ElfIdentity> identify_elf(Bytes file_bytes) {
  const auto header = decode<Elf64_Ehdr>(file_bytes);
  if (!header || !is_elf_of_this_machine(*header)) return std::nullopt;
  ElfIdentity identity{"", header->e_type == ET_DYN};
  for (std::size_t i = 0; i < header->e_phnum && identity.build_id.empty(); ++i) {
    const auto at = tail(file_bytes, header->e_phoff, (i + 1) * sizeof(Elf64_Phdr));
    if (!at) break;
    const auto segment = decode<Elf64_Phdr>(at->last(sizeof(Elf64_Phdr)));
    if (segment->p_type != PT_NOTE) continue;
    const auto notes = tail(file_bytes, segment->p_offset, segment->p_filesz);
    if (notes) identity.build_id = build_id_in(*notes);
  }
  return identity;
}

}  // namespace plumbline::analysis
