#include "profiler/session/modules.h"

#include <elf.h>
#include <limits.h>
#include <link.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "profiler/base/clock.h"
#include "profiler/base/sys.h"
#include "profiler/unwind/module_map.h"

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

namespace {

// Who is inside the loader on our behalf.
enum class Turn : std::uint32_t { kNobody, kUs, kFork };
std::atomic<Turn> loader_turn{Turn::kNobody};

bool take_turn(Turn who) {
  Turn nobody = Turn::kNobody;
  return loader_turn.compare_exchange_strong(nobody, who, std::memory_order_acquire);
}

void end_turn() { loader_turn.store(Turn::kNobody, std::memory_order_release); }

std::uint64_t changes_so_far() {
  const unwind::ModuleTotals totals = unwind::module_totals();
  return totals.loaded + 2 * totals.dropped;  // each load and each unload adds at least one
}

}  // namespace

void ModuleWatch::look(ProcessRecords& records) {
  if (!take_turn(Turn::kUs)) return;  // a fork is under way: next time
  unwind::update_modules();
  const std::uint64_t changes = changes_so_far();
  if (changes != changes_written_) {
    changes_written_ = changes;
    dl_iterate_phdr(write_module, &records);
  }
  end_turn();
  unwind::reclaim_modules();
}

// Not for ever: a program that forks while it holds the loader's lock itself would wait for a
// drain thread that waits for that lock.
void hold_loader_for_fork() {
  constexpr std::int64_t kLongestNs = 100'000'000;
  const std::int64_t end_ns = base::monotonic_ns() + kLongestNs;
  while (!take_turn(Turn::kFork) && base::monotonic_ns() < end_ns) {
    base::sys::call(SYS_sched_yield);
  }
}

// In the parent and in the child, where no thread is left that could be inside.
void release_loader_after_fork() {
  Turn fork = Turn::kFork;
  loader_turn.compare_exchange_strong(fork, Turn::kNobody, std::memory_order_release);
}

}  // namespace plumbline::session
