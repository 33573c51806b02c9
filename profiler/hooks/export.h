// How a hook is made visible to the program, and to nothing else.
//
// Every hook is an unversioned symbol of the same name and type as libc's: unversioned, because
// one with a version of ours would not satisfy a program's reference to a version of glibc's.
// Thread rule, signal rule, failure: as the function that is hooked.
#pragma once

#define PLUMBLINE_HOOK extern "C" __attribute__((visibility("default")))
