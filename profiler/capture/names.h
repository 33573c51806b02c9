// Numbers for names: spans, tracers and endpoints.
//
// A table without locks that lives in the library's data, so that names can be interned before a
// session and from handlers. Names are cut at '?' and '#' (query strings hold secrets and explode
// cardinality) and behind the last whole UTF-8 character within kMaxNameBytes. Otherwise they are
// bytes: what is not UTF-8 is kept as it came, for the reader to escape. When the table is full
// every new name is `<other>`, counted.
//
// Of all names only so many become endpoints (option `endpoints`): a program that puts ids into
// them would get a table of one request a row. The rest shares the endpoint `<other>`, counted.
// Thread rule: any thread. Signal rule: async-signal-safe.
// Failure: kOtherName, and recording.names_without_room or endpoints_over_cap().
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

// How a name becomes an endpoint: given by set_endpoint, or as the name of a local root. Each way
// has a cap of its own, so that roots which are renamed later do not use up the room of what they
// are renamed to.
enum class EndpointBy : std::uint8_t { kCall, kRootName };

// Session start, control thread: no name is an endpoint yet, and `cap` of each way may become one.
void reset_endpoints(std::uint32_t cap);

// The number of `name` as an endpoint given by a call. Beyond the cap: kOtherName, and the name is
// not interned.
std::uint32_t endpoint_name(std::string_view name);

// True when the root's name `name_id` may be its endpoint.
bool admit_endpoint(std::uint32_t name_id, EndpointBy way);

// Calls and roots whose endpoint became `<other>`.
std::uint64_t endpoints_over_cap();

}  // namespace plumbline::capture
