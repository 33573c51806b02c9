// The loop around write(2) that short writes and interrupts make necessary.
//
// Used by the writers of this folder. Thread rule: any. Failure: returns errno of the write that
// failed, 0 when every byte was taken.
#pragma once

#include <string_view>

namespace plumbline::io {

int write_fully(int descriptor, std::string_view bytes);

}  // namespace plumbline::io
