// Finds rows of a growing table by a hash of what is in them.
//
// Used for span ids and for stacks, tens of millions of look-ups each: slots of eight bytes with
// linear probing; the rows themselves stay in their columns.
// Thread rule: one thread. Failure: none (memory apart).
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/recording/recording.h"

namespace plumbline::analysis {

// Spreads all bits of `value` over the result (the finalizer of splitmix64).
inline std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

class RowIndex {
 public:
  RowIndex() : slots_(kFirstSlots) {}

  // The row added under `hash` for which `is_same(row)` holds, or kNone. A template so that the
  // comparison is inlined into the loop.
  template <class IsSame>
  Index find(std::uint64_t hash, IsSame is_same) const {
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = tag & mask(); slots_[at].row != kNone; at = (at + 1) & mask()) {
      if (slots_[at].tag == tag && is_same(slots_[at].row)) return slots_[at].row;
    }
    return kNone;
  }

  // `row` must not be there yet.
  void add(std::uint64_t hash, Index row) {
    if (++rows_ * 2 > slots_.size()) grow();
    insert(slots_, {tag_of(hash), row});
  }

 private:
  static constexpr std::size_t kFirstSlots = 1024;

  struct Slot {
    std::uint32_t tag = 0;
    Index row = kNone;
  };

  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  std::size_t mask() const { return slots_.size() - 1; }

  static void insert(std::vector<Slot>& slots, Slot slot) {
    const std::size_t mask = slots.size() - 1;
    std::size_t at = slot.tag & mask;
    while (slots[at].row != kNone) at = (at + 1) & mask;
    slots[at] = slot;
  }

  void grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot& slot : slots_) {
      if (slot.row != kNone) insert(larger, slot);
    }
    slots_.swap(larger);
  }

  std::vector<Slot> slots_;  // a power of two; at least half of them free
  std::size_t rows_ = 0;
};

}  // namespace plumbline::analysis
