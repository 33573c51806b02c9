// Writes results.json, version 1 (results/schema/results-1.schema.json).
//
// Called once at the end of an experiment. Every number in it is finite: what has no value is
// null. Key order is fixed, so that two results can be compared as text.
// Thread rule: any thread. Failure: io::InputError; an earlier file is then untouched.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/results/results.h"

namespace plumbline::harness {

nlohmann::ordered_json results_to_json(const Results& results);

// As it stands in the file. Names come from other people's profiles: what of them is no UTF-8 is
// replaced.
std::string results_text(const Results& results);

void write_results(const Results& results, const std::filesystem::path& file);

}  // namespace plumbline::harness
