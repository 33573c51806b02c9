// The program that `plumbline record` is asked to run: where it is, and whether it can be recorded.
//
// The library comes in by LD_PRELOAD, which the loader ignores without a word in programs that
// have no loader (statically linked) or that gain rights (setuid, setgid, file capabilities). The
// user must not be left with an empty recording and no reason.
// Used by the record command. Thread rule: any. Failure: io::InputError says what and why.
#pragma once

#include <filesystem>
#include <string>

namespace plumbline::harness {

// As a shell finds it: `name` itself when it has a slash, else the first in PATH.
std::filesystem::path find_program(const std::string& name);

// Also for scripts: the interpreter is what runs.
void check_can_be_recorded(const std::filesystem::path& program);

}  // namespace plumbline::harness
