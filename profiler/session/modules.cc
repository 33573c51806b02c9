#include "profiler/session/modules.h"

#include <elf.h>
#include <limits.h>
#include <link.h>

#include <algorithm>
#include <cstring>

#include "profiler/base/sys.h"

namespace plumbline::session {

namespace {

// The GNU build id in one note segment; empty when it is not there.
std::string_view build_id_in(const char* notes, std::size_t bytes) {
  while (bytes >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes, sizeof note);
    const std::size_t name_bytes = (note.n_namesz + 3u) & ~3u;
    const std::size_t description_bytes = (note.n_descsz + 3u) & ~3u;
    const std::size_t whole = sizeof note + name_bytes + description_bytes;
    if (whole > bytes) break;
    const bool is_gnu = note.n_namesz == 4 && std::memcmp(notes + sizeof note, "GNU", 4) == 0;
    if (is_gnu && note.n_type == NT_GNU_BUILD_ID) {
      return {notes + sizeof note + name_bytes, note.n_descsz};
    }
    notes += whole;
    bytes -= whole;
  }
  return {};
}

std::string_view path_of(const dl_phdr_info& object, char (&buffer)[PATH_MAX]) {
  if (object.dlpi_name != nullptr && object.dlpi_name[0] != '\0') return object.dlpi_name;
  const long length = base::sys::call(SYS_readlink, base::sys::address("/proc/self/exe"),
                                      base::sys::address(buffer), sizeof buffer);
  return length > 0 ? std::string_view(buffer, static_cast<std::size_t>(length))
                    : std::string_view();
}

int write_module(dl_phdr_info* object, std::size_t, void* argument) {
  auto& records = *static_cast<ProcessRecords*>(argument);
  format::Module module{};
  module.load_bias = object->dlpi_addr;
  module.begin = ~std::uint64_t{0};
  std::string_view build_id;
  for (int index = 0; index < object->dlpi_phnum; ++index) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[index];
    const std::uint64_t begin = object->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_NOTE && build_id.empty()) {
      build_id = build_id_in(reinterpret_cast<const char*>(begin), segment.p_memsz);
    }
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    module.begin = std::min(module.begin, begin);
    module.end = std::max(module.end, begin + segment.p_memsz);
  }
  char buffer[PATH_MAX];
  if (module.begin < module.end) records.add_module(module, path_of(*object, buffer), build_id);
  return 0;
}

}  // namespace

void write_modules(ProcessRecords& records) { dl_iterate_phdr(write_module, &records); }

}  // namespace plumbline::session
