// Open addressing over numbers of entries; entries and their text are handed out by counters and
// never taken back. Two threads that bring the same new name at once may write it twice; the one
// that loses the race for the slot leaves its entry unused.
#include "profiler/capture/names.h"

#include <array>
#include <atomic>
#include <cstring>
#include <type_traits>

#include "profiler/base/counter.h"
#include "profiler/capture/recording_state.h"

namespace plumbline::capture {

namespace {

constexpr std::size_t kWays = 2;  // of EndpointBy
constexpr std::uint32_t kSlots = 2 * kMaxNames;
constexpr std::uint32_t kTextBytes = 256 * 1024;
constexpr std::string_view kOtherText = "<other>";

struct Entry {
  std::uint32_t text_at = 0;
  std::uint32_t length = 0;
  std::uint64_t hash = 0;
  std::atomic<bool> ready{false};                   // release: text and length are written
  std::atomic<std::uint32_t> endpoint_in[kWays]{};  // the last session that admitted it so
};

std::array<Entry, kMaxNames> entries;
std::array<std::atomic<std::uint32_t>, kSlots> slots;
std::array<char, kTextBytes> text;
std::atomic<std::uint32_t> next_entry{kOtherName + 1};
std::atomic<std::uint32_t> next_text{0};
std::atomic<std::uint32_t> endpoint_cap{0};
std::atomic<std::uint32_t> endpoint_count[kWays];
std::atomic<std::uint64_t> over_cap{0};

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
  return text_to_cut.size() <= limit ? text_to_cut : std::string_view(text_to_cut.data(), limit);
}

// The longest front part that a name may have. A character that would be cut in two goes as a
// whole: a reader that insists on UTF-8 would refuse the name.
std::string_view cut_to_length(std::string_view name) {
  if (name.size() <= kMaxNameBytes) return name;
  constexpr std::uint32_t kMostContinuationBytes = 3;
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(name[at]) & 0xC0) == 0x80;
  };
  std::size_t length = kMaxNameBytes;
  while (length > kMaxNameBytes - kMostContinuationBytes && continues(length)) --length;
  return first_bytes(name, continues(length) ? kMaxNameBytes : length);
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
  name = cut_to_length(name);
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

// The number of a name that is in the table already, else kNoName.
std::uint32_t find_name(const CutName& wanted) {
  for (std::uint32_t probe = 0; probe < kSlots; ++probe) {
    // Acquire: as in intern.
    const std::uint32_t found =
        slots[(wanted.hash + probe) % kSlots].load(std::memory_order_acquire);
    if (found == kNoName || same_name(entries[found], wanted)) return found;
  }
  return kNoName;
}

std::uint32_t intern(const CutName& wanted) {
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

std::uint32_t no_endpoint() {
  over_cap.fetch_add(1, std::memory_order_relaxed);
  return kOtherName;
}

bool endpoints_full(EndpointBy way) {
  return base::read(endpoint_count[static_cast<std::size_t>(way)]) >= base::read(endpoint_cap);
}

// Makes an entry an endpoint. The place is taken first, so that the cap is never exceeded; two
// threads at the last place may both be refused.
bool take_endpoint_place(Entry& entry, std::size_t way, std::uint32_t generation) {
  std::atomic<std::uint32_t>& count = endpoint_count[way];
  const bool room = count.fetch_add(1, std::memory_order_relaxed) < base::read(endpoint_cap);
  const bool first =
      room && entry.endpoint_in[way].exchange(generation, std::memory_order_relaxed) != generation;
  if (!first) count.fetch_sub(1, std::memory_order_relaxed);
  return room;
}

}  // namespace

std::uint32_t intern_name(std::string_view name) { return intern(cut_and_hash(name)); }

void reset_endpoints(std::uint32_t cap) {
  endpoint_cap.store(cap, std::memory_order_relaxed);
  for (auto& count : endpoint_count) count.store(0, std::memory_order_relaxed);
  over_cap.store(0, std::memory_order_relaxed);
}

bool admit_endpoint(std::uint32_t name_id, EndpointBy way) {
  if (name_id == kOtherName) return true;  // is what it would become
  const auto place = static_cast<std::size_t>(way);
  const std::uint32_t generation = base::read(recording.generation);
  Entry& entry = entries[name_id];
  if (base::read(entry.endpoint_in[place]) == generation) return true;
  if (!endpoints_full(way) && take_endpoint_place(entry, place, generation)) return true;
  no_endpoint();
  return false;
}

std::uint32_t endpoint_name(std::string_view name) {
  const CutName wanted = cut_and_hash(name);
  const bool full = endpoints_full(EndpointBy::kCall);
  const std::uint32_t name_id = full ? find_name(wanted) : intern(wanted);
  if (name_id == kNoName) return no_endpoint();
  return admit_endpoint(name_id, EndpointBy::kCall) ? name_id : kOtherName;
}

std::uint64_t endpoints_over_cap() { return base::read(over_cap); }

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
