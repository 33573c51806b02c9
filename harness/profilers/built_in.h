// Plumbline's own profiler on the bench, in each of its variants, and a run without any.
//
// A variant is an option of PLUMBLINE_OPTIONS or several: "clock=timer", "unwind=fp". "bare" runs
// the workload alone: it claims nothing, and the overhead of the others is measured against it.
// Thread rule: the main thread. Failure: io::InputError when the library is missing or leaves no
// usable recording.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "harness/profilers/profiler_adapter.h"

namespace plumbline::harness {

inline constexpr std::string_view kBuiltIn = "plumbline";
inline constexpr std::string_view kBare = "bare";

// `variant`: "" or options, separated by '+'.
std::unique_ptr<ProfilerAdapter> built_in_profiler(const std::filesystem::path& library,
                                                   const std::string& variant);
std::unique_ptr<ProfilerAdapter> no_profiler();

}  // namespace plumbline::harness
