// Results that later ones are compared with, one for each kind of machine and experiment:
// results/baseline/FINGERPRINT/NAME.json (results/fingerprint.h says what a kind of machine is).
//
// Called by `plumbline compare`. A baseline is a result like any other; it is replaced whole or not
// at all.
// Thread rule: any thread. Failure: io::InputError: there is none, or the result may not be one.
#pragma once

#include <filesystem>

#include "harness/results/results.h"

namespace plumbline::harness {

std::filesystem::path baseline_file(const std::filesystem::path& folder, const Results& result);

// The baseline that fits `result`; how to make one where there is none.
Results read_baseline(const std::filesystem::path& folder, const Results& result);

// Returns the file. Refused: a shard, a result of mixed machines, one that judged nothing.
std::filesystem::path save_baseline(const std::filesystem::path& folder, const Results& result);

}  // namespace plumbline::harness
