// The socket segments of a scenario, from their JSON.
//
// Called by spec.cc. Thread rule: pure. Failure rule: io::InputError, as JsonField.
#pragma once

#include "workloads/json_field.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

Segment parse_socket_segment(const JsonField& json);

}  // namespace plumbline::workloads
