// Which modules are loaded where, and their tables: read without a lock, replaced as a whole.
//
// Readers (handlers, hooks) find the map behind one atomic pointer and count themselves in and out
// in one of two counters. A map and the tables that only it has are unmapped when both counters
// have been seen at 0 after it was replaced: whoever could still hold it had counted itself in
// before that. Readers are sent to the other counter in turn, so that each comes to 0.
// Thread rule: ModuleReader by any thread; the functions by one thread at a time, in ordinary
// context: update_modules waits for the loader's lock. Signal rule: ModuleReader is
// async-signal-safe. Failure: a module without table, counted; an update without memory changes
// nothing. A reader that never ends (a signal handler of the program left a hook by longjmp) keeps
// replaced maps mapped for ever; nothing else happens.
#pragma once

#include <atomic>
#include <cstdint>

#include "profiler/unwind/rule_table.h"
#include "profiler/unwind/table_builder.h"

namespace plumbline::unwind {

struct Module {
  CodeRange code;
  const RuleTable* table = nullptr;  // null: none could be built
  std::uint64_t identity = 0;        // tells it from another at the same place
  mutable bool kept = false;         // the updating thread's: the next map has the table too
};

// Makes the map say what is loaded now. Cheap when nothing changed since the last call. False: no
// memory, and the map is as it was.
bool update_modules();
// Unmaps what no reader can hold any more. True when nothing is left to unmap.
bool reclaim_modules();

struct ModuleTotals {
  std::uint64_t loaded = 0;         // now
  std::uint64_t without_table = 0;  // of these
  std::uint64_t dropped = 0;        // since start: unloaded or replaced
  std::uint64_t table_bytes = 0;    // of loaded and not yet reclaimed modules
  TableTotals built;                // since start
};
ModuleTotals module_totals();

namespace module_map_detail {

// In one mapping; immutable once published, but for `recent`.
struct ModuleMap {
  static constexpr std::size_t kRecent = 4096;

  std::size_t memory_bytes;
  ModuleMap* next;  // the updating thread's: in its list of replaced maps
  std::uint32_t count;
  // Answers given lately, at the low bits of the address: address << 16 | number of its rule. One
  // word each, so that threads that race leave one answer or the other.
  mutable std::atomic<std::uint64_t> recent[kRecent];

  const Module* modules() const { return reinterpret_cast<const Module*>(this + 1); }  // sorted
};

struct Readers {
  alignas(64) std::atomic<const ModuleMap*> map{nullptr};
  std::atomic<std::uint32_t> turn{0};
  alignas(64) std::atomic<std::uint32_t> active[2]{};
};
extern Readers readers;

}  // namespace module_map_detail

// While it lives, the map that it found stays mapped.
class ModuleReader {
 public:
  ModuleReader();
  ~ModuleReader() {
    // Release: all reads of the map are done when reclaim_modules acquires this count.
    module_map_detail::readers.active[turn_].fetch_sub(1, std::memory_order_release);
  }
  ModuleReader(const ModuleReader&) = delete;
  ModuleReader& operator=(const ModuleReader&) = delete;

  // The rule for the instruction at `address`, below 2^47. Null: no module has code there.
  const Rule* find(std::uint64_t address);

 private:
  static constexpr Rule kNoRule{};
  static constexpr unsigned kNumberBits = 16;

  const Module* module_at(std::uint64_t address);

  std::uint32_t turn_;
  const module_map_detail::ModuleMap* map_;
  const Module* last_found_ = nullptr;  // most callers are in the module of their callee
};

inline ModuleReader::ModuleReader() {
  using module_map_detail::readers;
  // Relaxed: either counter is right; the turn only lets each come to 0.
  turn_ = readers.turn.load(std::memory_order_relaxed);
  // Sequentially consistent, both: see publish.
  readers.active[turn_].fetch_add(1, std::memory_order_seq_cst);
  map_ = readers.map.load(std::memory_order_seq_cst);
}

inline const Rule* ModuleReader::find(std::uint64_t address) {
  const Module* module = module_at(address);
  if (module == nullptr) return nullptr;
  if (module->table == nullptr) return &kNoRule;
  // Relaxed: the word stands for itself, and what it leads to is older than the map.
  std::atomic<std::uint64_t>& recent =
      map_->recent[address % module_map_detail::ModuleMap::kRecent];
  const std::uint64_t answer = recent.load(std::memory_order_relaxed);
  if (answer >> kNumberBits == address) {
    return &module->table->rule(static_cast<std::uint16_t>(answer));
  }
  const std::uint16_t number =
      module->table->number_at(static_cast<std::uint32_t>(address - module->code.begin));
  recent.store(address << kNumberBits | number, std::memory_order_relaxed);
  return &module->table->rule(number);
}

inline const Module* ModuleReader::module_at(std::uint64_t address) {
  if (last_found_ != nullptr && last_found_->code.contains(address)) return last_found_;
  if (map_ == nullptr) return nullptr;
  const Module* modules = map_->modules();
  std::uint32_t low = 0;
  std::uint32_t high = map_->count;
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    if (modules[middle].code.end <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == map_->count || !modules[low].code.contains(address)) return nullptr;
  return last_found_ = &modules[low];
}

}  // namespace plumbline::unwind
