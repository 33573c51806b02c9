// What the work of an overhead experiment is put under: nothing, the built-in profiler at a rate,
// or another profiler at a rate.
//
// Asked by the overhead command. Peers are the profilers of `plumbline run --profiler`.
// Thread rule: the main thread. Failure: io::InputError for a name that is no peer's.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/profilers/profiler_adapter.h"
#include "workloads/spec.h"

namespace plumbline::harness {

// The profiler's name in rows that say by how much the bare work differs from itself.
inline constexpr const char* kBareAgain = "bare again";

struct Treatment {
  std::string profiler;
  double rate_hz = 0;
  // How a slice is started that may write to files of this name with an extension of their own.
  std::function<Launch(const std::filesystem::path& files, const workloads::Spec& work)> launch;
  std::string missing{};  // why it cannot be used here; empty: it can
};

// Rate 0: spans and waits alone, no samples.
Treatment built_in(const std::filesystem::path& library, double rate_hz);
Treatment bare_again();

// Named as for find_profiler.
Treatment peer(const std::string& name, int rate_hz, const Interruption& interruption);

}  // namespace plumbline::harness
