// Reads OTLP profiles (opentelemetry.proto.profiles.v1development, 1.11), as protobuf or JSON, once
// unpacked: a ProfilesData, which an export request is as well.
//
// Called by read_profile. Thread rule: one thread. Failure: io::InputError with file and offset,
// or with the field.
#pragma once

#include "analysis/formats/input.h"
#include "analysis/formats/stack_profile.h"

namespace plumbline::formats {

StackProfile read_otlp(const Input& input);
StackProfile read_otlp_json(const Input& input);

}  // namespace plumbline::formats
