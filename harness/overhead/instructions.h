// What a span and a hooked call cost in instructions: a second metric, without the clock's noise.
//
// Called by `plumbline overhead --instructions`. Each piece of plumbline-pieces runs under
// callgrind, bare and with the profiler preloaded. valgrind knows no rseq: edges ask the kernel's
// clock there, and the switch flag's short path is not in the count. So these figures are compared
// with earlier ones of their kind, not with nanoseconds. Thread rule: the main thread. Failure:
// io::InputError, Interrupted.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/results/results.h"
#include "harness/runs/installation.h"
#include "harness/runs/interruption.h"

namespace plumbline::harness {

// Why they cannot be counted here; empty: they can.
std::string instructions_missing();

// A row for each piece: instructions of one, bare and under the profiler.
std::vector<OverheadRow> count_instructions(const Installation& installation,
                                            const std::filesystem::path& library,
                                            const Interruption& interruption);

// The total of a callgrind file's text; -1 when it has none.
double callgrind_total(const std::string& text);

}  // namespace plumbline::harness
