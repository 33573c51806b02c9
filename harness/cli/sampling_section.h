// The part of `plumbline info` that says how the recording was sampled, and at what price.
//
// Thread rule: pure. Failure: none; what an older recording does not hold is left out.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/attribution/sampling_account.h"

namespace plumbline::harness {

std::string sampling_text(const analysis::Recording& recording,
                          const analysis::SamplingAccount& account);

nlohmann::ordered_json sampling_json(const analysis::Recording& recording,
                                     const analysis::SamplingAccount& account);
nlohmann::ordered_json thread_sampling_json(const analysis::SamplingAccount& account,
                                            analysis::Index thread);

}  // namespace plumbline::harness
