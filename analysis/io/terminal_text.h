// Text from outside (names, paths, error lines) made safe for a terminal.
//
// Called wherever such text reaches a person: tables, reports, the error line of main. A name may
// hold anything its program put there, escape sequences that retitle the window included.
// Thread rule: pure. Failure: none; every input has an output.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plumbline::io {

// `text` with everything that a terminal would obey or hide written out: controls (\n, \x1b),
// C1 and DEL (\u009b, \x7f), bidi and invisible marks (\u202e), bytes that are not UTF-8 (\xff).
std::string terminal_safe(std::string_view text);

// Columns that already safe text takes: wide (CJK, emoji) two, combining marks none.
std::size_t terminal_width(std::string_view safe_text);

// True when output to `descriptor` may be coloured: a terminal, not a dumb one, NO_COLOR unset.
bool colour_wanted(int descriptor);

}  // namespace plumbline::io
