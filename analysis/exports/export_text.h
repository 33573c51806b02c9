// Text in exported files: names that may hold anything, ids, numbers of columns.
//
// Used by every export. Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "analysis/attribution/time_sum.h"

namespace plumbline::exports {

// Safe everywhere and never empty.
std::string safe_name(std::string_view name);

// In quotes. `name` is safe already; '<' and '>' are written out too, since viewers put such text
// into pages.
std::string json_text(std::string_view name);

// A frame of a folded line: without what separates frames, lines and numbers.
std::string folded_name(std::string_view name);

std::string hex_id(std::uint64_t id);
std::string hex_id(std::uint64_t high, std::uint64_t low);

// "cpu", ..., "other", "residual"
std::string_view column_name(std::size_t column);

}  // namespace plumbline::exports
