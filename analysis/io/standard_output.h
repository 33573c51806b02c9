// Data on standard output, all of it or an error: a full disk behind `>` must not pass unseen.
//
// Called once by each command that prints. Thread rule: one thread.
// Failure: throws InputError with the reason.
#pragma once

#include <string_view>

namespace plumbline::io {

void write_standard_output(std::string_view bytes);

}  // namespace plumbline::io
