// Opens libunwind for the option `unwind=libunwind` (capture/libunwind_walk.h).
//
// Never linked: libunwind.so would replace the program's `backtrace`, and its archive is not made
// for libraries. Opened with RTLD_LOCAL, so that the program sees nothing of it, and kept.
// Thread rule: control thread, before the session records. Signal rule: not from handlers.
// Failure: the reason, in the words of the loader.
#pragma once

namespace plumbline::session {

// Null: capture::libunwind is ready. Otherwise why not; valid until the next call.
const char* open_libunwind();

}  // namespace plumbline::session
