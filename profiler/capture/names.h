// Numbers for names: spans, tracers and endpoints.
//
// A table without locks that lives in the library's data, so that names can be interned before a
// session and from handlers. Names are cut at '?' and '#' (query strings hold secrets and explode
// cardinality) and at kMaxNameBytes. When the table is full every new name is `<other>`, counted.
// Thread rule: any thread. Signal rule: async-signal-safe.
// Failure: kOtherName, and recording.names_without_room.
#pragma once

#include <cstdint>
#include <string_view>

namespace plumbline::capture {

inline constexpr std::uint32_t kNoName = 0;
inline constexpr std::uint32_t kOtherName = 1;
inline constexpr std::uint32_t kMaxNames = 4096;
inline constexpr std::uint32_t kMaxNameBytes = 255;

// The number of `name`; the same for equal names, in 1 .. kMaxNames - 1.
std::uint32_t intern_name(std::string_view name);

// The text of a number, for the drain thread; empty while it is still being written.
std::string_view interned_name(std::uint32_t name_id);

// One more than the largest number given out.
std::uint32_t interned_name_limit();

}  // namespace plumbline::capture
