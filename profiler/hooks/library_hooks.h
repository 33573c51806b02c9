// Told when a library was loaded or unloaded through dlopen or dlclose, so that the map of modules
// can be brought up to date.
//
// Set by the session. Called on the thread that made the call, after it, outside the loader's lock;
// also by a dlopen whose library was loaded already. A dlopen that searches for its library goes to
// libc as if we were not there (library_hooks.cc), and is announced before instead; libc itself
// loads libraries too (name services, character sets), and dlmopen is not hooked. All of them are
// found by comparing the counts of dl_iterate_phdr.
// Thread rule: any. Signal rule: ordinary context. Failure: none; null calls nobody.
#pragma once

#include <atomic>

namespace plumbline::hooks {

using LibraryCallback = void (*)();
extern std::atomic<LibraryCallback> on_libraries_changed;

}  // namespace plumbline::hooks
