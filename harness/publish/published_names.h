// Names from a result as every format may show them: printable, of bounded length, unique.
//
// Used by all formats, which then escape by rules of their own.
// Thread rule: one thread. Failure: none; every name has a published form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace plumbline::harness::publish {

inline constexpr std::size_t kMaxNameBytes = 1000;  // Bencher takes 1,024
inline constexpr std::size_t kMaxReasonBytes = 4000;

// Everything that a terminal would obey written out (\x1b, \n, \xff). A longer text is cut and ends
// in "...", and a name in a checksum as well, so that two long names do not become one.
std::string printable_name(std::string_view name, std::size_t max_bytes = kMaxNameBytes);
std::string printable_text(std::string_view text, std::size_t max_bytes = kMaxReasonBytes);

// For formats in which a name identifies: the second "a" becomes "a #2".
class UniqueNames {
 public:
  std::string take(std::string name);

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> taken_;  // hash: how often
};

}  // namespace plumbline::harness::publish
