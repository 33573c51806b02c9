#include "profiler/unwind/module_map.h"

#include <link.h>

#include <algorithm>

#include "profiler/unwind/loaded_object.h"
#include "profiler/unwind/mapped_memory.h"

namespace plumbline::unwind {

using module_map_detail::ModuleMap;
using module_map_detail::readers;

constinit module_map_detail::Readers module_map_detail::readers{};

namespace {

constexpr std::size_t kMaxModules = 8192;

// A loaded module while an update is under way. `frames` is empty when a table is there already.
struct Found {
  Module module;
  Image frames;
  std::uint64_t header;
};

// Everything that only the updating thread touches.
struct Writer {
  std::uint64_t adds = 0;  // of the loader, at the last update
  std::uint64_t removes = 0;
  ModuleMap* retired = nullptr;  // replaced, nobody has waited for their readers yet
  ModuleMap* waiting = nullptr;  // replaced before the counters were looked at
  std::uint32_t seen_idle = 0;   // the counters, as bits, seen at 0 since then
  ModuleTotals totals;
};
constinit Writer writer{};

struct Gathering {
  const ModuleMap* current;
  Found* found;
  std::size_t count = 0;
  std::uint64_t not_listed = 0;
  std::uint64_t adds = 0;
  std::uint64_t removes = 0;
  bool unchanged = false;
};

ModuleMap* current_map() {
  // Relaxed: this thread is the only writer.
  return const_cast<ModuleMap*>(readers.map.load(std::memory_order_relaxed));
}

// An update that found no memory may have left marks.
void forget_kept(const ModuleMap* map) {
  for (std::uint32_t i = 0; map != nullptr && i < map->count; ++i) map->modules()[i].kept = false;
}

const Module* same_module(const ModuleMap* map, const LoadedObject& object) {
  for (std::uint32_t i = 0; map != nullptr && i < map->count; ++i) {
    const Module& module = map->modules()[i];
    if (module.code.begin == object.code.begin && module.identity == object.identity) {
      return &module;
    }
  }
  return nullptr;
}

// Under the loader's lock: nothing here waits for anything.
int gather(dl_phdr_info* object, std::size_t, void* argument) {
  auto& gathering = *static_cast<Gathering*>(argument);
  gathering.adds = object->dlpi_adds;
  gathering.removes = object->dlpi_subs;
  gathering.unchanged = gathering.current != nullptr && gathering.adds == writer.adds &&
                        gathering.removes == writer.removes;
  if (gathering.unchanged) return 1;
  const LoadedObject loaded = describe(*object);
  if (loaded.is_readable && !loaded.has_code()) return 0;
  if (!loaded.is_readable || gathering.count == kMaxModules) {
    ++gathering.not_listed;
    return 0;
  }
  Found& found = gathering.found[gathering.count++];
  found.module = {.code = loaded.code, .identity = loaded.identity};
  const Module* known = same_module(gathering.current, loaded);
  if (known != nullptr) {
    found.module.table = known->table;
    known->kept = true;
  }
  if (found.module.table == nullptr) {
    found.frames = copy_of_frames(loaded);
    found.header = loaded.header;
  }
  return 0;
}

void build_tables(Gathering& gathering) {
  for (std::size_t i = 0; i < gathering.count; ++i) {
    Found& found = gathering.found[i];
    if (found.frames.bytes.empty()) continue;
    found.module.table =
        build_table(found.frames, found.header, found.module.code, writer.totals.built);
    if (found.module.table != nullptr) {
      writer.totals.table_bytes += found.module.table->memory_bytes();
    }
    discard(found.frames);
  }
}

ModuleMap* new_map(const Gathering& gathering) {
  MappedMemory memory(sizeof(ModuleMap) + gathering.count * sizeof(Module));
  auto* map = memory.carve<ModuleMap>(1);
  auto* modules = memory.carve<Module>(gathering.count);
  if (map == nullptr || modules == nullptr) return nullptr;
  for (std::size_t i = 0; i < gathering.count; ++i) modules[i] = gathering.found[i].module;
  std::sort(modules, modules + gathering.count,
            [](const Module& a, const Module& b) { return a.code.begin < b.code.begin; });
  map->memory_bytes = memory.bytes();
  map->count = static_cast<std::uint32_t>(gathering.count);
  memory.release();
  return map;
}

// The new tables go; what the current map has stays.
void abandon(const Gathering& gathering) {
  for (std::size_t i = 0; i < gathering.count; ++i) {
    const Found& found = gathering.found[i];
    const bool is_new = !found.frames.bytes.empty() && found.module.table != nullptr;
    if (!is_new) continue;
    writer.totals.table_bytes -= found.module.table->memory_bytes();
    destroy_table(found.module.table);
  }
}

void publish(ModuleMap* map, const Gathering& gathering) {
  ModuleMap* replaced = current_map();
  // Sequentially consistent, as is a reader's counting in before its load: a reader that gets the
  // replaced map is in a counter that reclaim_modules has yet to look at.
  readers.map.store(map, std::memory_order_seq_cst);
  ModuleTotals& totals = writer.totals;
  if (replaced != nullptr) {
    for (std::uint32_t i = 0; i < replaced->count; ++i) {
      if (!replaced->modules()[i].kept) ++totals.dropped;
    }
    replaced->next = writer.retired;
    writer.retired = replaced;
  }
  totals.loaded = gathering.count + gathering.not_listed;
  totals.without_table = gathering.not_listed;
  for (std::size_t i = 0; i < gathering.count; ++i) {
    if (gathering.found[i].module.table == nullptr) ++totals.without_table;
  }
  writer.adds = gathering.adds;
  writer.removes = gathering.removes;
}

void unmap(ModuleMap* map) {
  for (std::uint32_t i = 0; i < map->count; ++i) {
    const Module& module = map->modules()[i];
    if (module.kept || module.table == nullptr) continue;
    writer.totals.table_bytes -= module.table->memory_bytes();
    destroy_table(module.table);
  }
  base::sys::unmap_memory(map, map->memory_bytes);
}

}  // namespace

bool update_modules() {
  MappedMemory memory(MappedMemory::room_for<Found>(kMaxModules));
  Gathering gathering{.current = current_map(), .found = memory.carve<Found>(kMaxModules)};
  if (gathering.found == nullptr) return false;
  forget_kept(gathering.current);
  dl_iterate_phdr(gather, &gathering);
  if (gathering.unchanged) return true;
  build_tables(gathering);
  ModuleMap* map = new_map(gathering);
  if (map == nullptr) {
    abandon(gathering);
    return false;
  }
  publish(map, gathering);
  return true;
}

bool reclaim_modules() {
  while (true) {
    if (writer.waiting == nullptr) {
      writer.waiting = writer.retired;
      writer.retired = nullptr;
      writer.seen_idle = 0;
    }
    if (writer.waiting == nullptr) return true;
    for (std::uint32_t turn = 0; turn < 2; ++turn) {
      // Also acquires the release of each reader that has left.
      if (readers.active[turn].load(std::memory_order_seq_cst) == 0) writer.seen_idle |= 1u << turn;
    }
    if (writer.seen_idle != 3) {
      // New readers go where no zero is needed any more, so that the other counter comes to 0.
      const std::uint32_t turn = readers.turn.load(std::memory_order_relaxed);
      const std::uint32_t next = writer.seen_idle == 0 ? 1 - turn : writer.seen_idle - 1;
      readers.turn.store(next, std::memory_order_relaxed);
      return false;
    }
    while (writer.waiting != nullptr) {
      ModuleMap* map = writer.waiting;
      writer.waiting = map->next;
      unmap(map);
    }
  }
}

ModuleTotals module_totals() { return writer.totals; }

}  // namespace plumbline::unwind
