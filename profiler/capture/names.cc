// Open addressing over numbers of entries; entries and their text are handed out by counters and
// never taken back. Two threads that bring the same new name at once may write it twice; the one
// that loses the race for the slot leaves its entry unused.
#include "profiler/capture/names.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <type_traits>

#include "profiler/capture/recording_state.h"

namespace plumbline::capture {

namespace {

constexpr std::uint32_t kSlots = 2 * kMaxNames;
constexpr std::uint32_t kTextBytes = 256 * 1024;
constexpr std::string_view kOtherText = "<other>";

struct Entry {
  std::uint32_t text_at = 0;
  std::uint32_t length = 0;
  std::uint64_t hash = 0;
  std::atomic<bool> ready{false};  // release: text and length are written
};

std::array<Entry, kMaxNames> entries;
std::array<std::atomic<std::uint32_t>, kSlots> slots;
std::array<char, kTextBytes> text;
std::atomic<std::uint32_t> next_entry{kOtherName + 1};
std::atomic<std::uint32_t> next_text{0};

// Nonzero where `word` has a byte equal to `byte`: Hacker's Delight, "find first 0-byte".
constexpr std::uint64_t bytes_equal(std::uint64_t word, unsigned char byte) {
  constexpr std::uint64_t kLow = 0x0101010101010101u, kHigh = 0x8080808080808080u;
  const std::uint64_t zero_where_equal = word ^ (kLow * byte);
  return (zero_where_equal - kLow) & ~zero_where_equal & kHigh;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 32);
}

// As substr(0, limit), which could throw and would need libstdc++ inside the target.
std::string_view first_bytes(std::string_view text_to_cut, std::size_t limit) {
  return {text_to_cut.data(), std::min(text_to_cut.size(), limit)};
}

struct CutName {
  std::string_view name;
  std::uint64_t hash;
};

// Folds the next `bytes` (at most 8) of the name into `hash`. False when they hold '?' or '#'.
template <class Bytes>
bool fold(std::uint64_t& hash, const char* from, Bytes bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, bytes);
  if ((bytes_equal(word, '?') | bytes_equal(word, '#')) != 0) [[unlikely]]
    return false;
  hash = mix(hash, word);
  return true;
}

// Length and hash in one pass of 8 bytes a step; names without '?' and '#' are the rule.
CutName cut_and_hash(std::string_view name) {
  name = first_bytes(name, kMaxNameBytes);
  constexpr std::integral_constant<std::size_t, sizeof(std::uint64_t)> kWord;
  std::uint64_t hash = name.size();
  std::size_t at = 0;
  bool plain = true;
  for (; plain && at + kWord <= name.size(); at += kWord) plain = fold(hash, &name[at], kWord);
  if (plain && at < name.size()) plain = fold(hash, &name[at], name.size() - at);
  return plain ? CutName{name, hash} : cut_and_hash(first_bytes(name, name.find_first_of("?#")));
}

bool same_name(const Entry& entry, const CutName& wanted) {
  return entry.hash == wanted.hash && entry.length == wanted.name.size() &&
         std::memcmp(&text[entry.text_at], wanted.name.data(), entry.length) == 0;
}

// A new entry, ready to be read; kNoName when there is no room.
std::uint32_t write_entry(const CutName& wanted) {
  const auto length = static_cast<std::uint32_t>(wanted.name.size());
  // Look before taking, so that a flood of names does not wrap the counters.
  if (next_entry.load(std::memory_order_relaxed) >= kMaxNames) return kNoName;
  if (next_text.load(std::memory_order_relaxed) >= kTextBytes) return kNoName;
  const std::uint32_t id = next_entry.fetch_add(1, std::memory_order_relaxed);
  if (id >= kMaxNames) return kNoName;
  Entry& entry = entries[id];
  const std::uint32_t text_at = next_text.fetch_add(length, std::memory_order_relaxed);
  const bool fits = text_at + length <= kTextBytes;
  if (fits) {
    std::memcpy(&text[text_at], wanted.name.data(), length);
    entry.text_at = text_at;
    entry.length = length;
    entry.hash = wanted.hash;
  }
  entry.ready.store(true, std::memory_order_release);  // an empty one would hold up the others
  return fits ? id : kNoName;
}

std::uint32_t no_room() {
  recording.names_without_room.fetch_add(1, std::memory_order_relaxed);
  return kOtherName;
}

}  // namespace

std::uint32_t intern_name(std::string_view name) {
  const CutName wanted = cut_and_hash(name);
  std::uint32_t mine = kNoName;
  for (std::uint32_t probe = 0; probe < kSlots; ++probe) {
    std::atomic<std::uint32_t>& slot = slots[(wanted.hash + probe) % kSlots];
    // Acquire pairs with the release of the exchange below: the entry behind the id is whole.
    std::uint32_t found = slot.load(std::memory_order_acquire);
    if (found == kNoName) {
      if (mine == kNoName) mine = write_entry(wanted);
      if (mine == kNoName) return no_room();
      if (slot.compare_exchange_strong(found, mine, std::memory_order_acq_rel)) return mine;
    }
    if (same_name(entries[found], wanted)) return found;
  }
  return no_room();
}

std::string_view interned_name(std::uint32_t name_id) {
  if (name_id == kOtherName) return kOtherText;
  if (name_id >= kMaxNames) return {};
  const Entry& entry = entries[name_id];
  if (!entry.ready.load(std::memory_order_acquire)) return {};
  return {&text[entry.text_at], entry.length};
}

std::uint32_t interned_name_limit() {
  const std::uint32_t next = next_entry.load(std::memory_order_relaxed);
  return next < kMaxNames ? next : kMaxNames;
}

}  // namespace plumbline::capture
