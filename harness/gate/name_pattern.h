// Names by pattern: "*" stands for any text, "?" for one byte, everything else for itself.
//
// Used by entries of gate files. Brackets and backslashes are plain: endpoints have them.
// Work is in proportion to both lengths, whatever the pattern.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <string_view>

namespace plumbline::harness {

bool matches_pattern(std::string_view pattern, std::string_view name);

bool is_pattern(std::string_view text);  // has a "*" or "?"

}  // namespace plumbline::harness
