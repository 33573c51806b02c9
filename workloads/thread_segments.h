// Readers of the segments that happen inside the process: cpu, lock, sync, other.
//
// Called by spec.cc with one step of a scenario.
// Thread rule: any thread. Failure rule: io::InputError, one line with file and path.
#pragma once

#include "workloads/json_field.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

Segment parse_cpu(const JsonField& json);
Segment parse_lock(const JsonField& json);
Segment parse_sync(const JsonField& json);
Segment parse_other(const JsonField& json);

}  // namespace plumbline::workloads
