// What of a machine and of an experiment must be alike for two results to be compared or merged.
//
// Called by compare, merge, baselines and the history. A part is what moves errors or costs: the
// CPU, how many, the kernel, its tick and clock, and whether there is a host below. A kernel counts
// by its first two numbers: a security update does not make a new machine.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

// Name and value of each part, in a fixed order.
std::vector<std::pair<std::string, std::string>> machine_parts(const Environment& environment);

// "linux-6.1-2cpu-virtual-1f0c3a77": a file name, equal for machines that are alike.
std::string fingerprint_of(const Environment& environment);

// One line for each part in which they differ, "cpus: 2 and 8"; empty: alike.
std::vector<std::string> unlike_machines(const Environment& a, const Environment& b);

// The same of settings. How many runs there were and their seeds are no hindrance to a comparison:
// `for_merging` takes them in.
std::vector<std::string> unlike_settings(const Provenance& a, const Provenance& b,
                                         bool for_merging);

// 64 bits as 16 hexadecimal digits (FNV-1a): names things, protects nothing.
std::string digest_of(std::string_view text);

}  // namespace plumbline::harness
