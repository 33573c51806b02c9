// A profile from a file, whoever wrote it: unpacks it, tells the format, reads it.
//
// Called by `plumbline check` and by the adapters of foreign profilers.
// The name decides first, without regard to case: .otlp, .otlppb, .otlp.pb are OTLP, .otlp.json,
// .otlpjson OTLP as JSON. Else the bytes: what has no control characters is text (JSON, perf
// script, or folded stacks); the rest is tried as pprof, then OTLP.
// Thread rule: any thread, one file each. Failure: io::InputError, one line with file and offset.
#pragma once

#include <filesystem>

#include "analysis/formats/input.h"
#include "analysis/formats/stack_profile.h"

namespace plumbline::formats {

StackProfile read_profile(const std::filesystem::path& file);

// The same of bytes that are in memory and not packed; `name` is the file's.
StackProfile read_profile_bytes(const Input& input, const std::filesystem::path& name);

std::string_view format_name(Format format);

}  // namespace plumbline::formats
