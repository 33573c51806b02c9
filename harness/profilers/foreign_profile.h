// A profile that was brought as a file, in whatever format is known: pprof, folded, perf script,
// OTLP, or gperftools' own.
//
// Used by `plumbline score` and by profilers that are described in a file.
// Thread rule: any thread. Failure: io::InputError with the file.
#pragma once

#include <filesystem>

#include "harness/profilers/sampled_profile.h"

namespace plumbline::harness {

Profile read_foreign_profile(const std::filesystem::path& file, const ProfileMapping& mapping,
                             const workloads::Ledger& ledger);

}  // namespace plumbline::harness
