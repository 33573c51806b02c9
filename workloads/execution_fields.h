// Reader of what a scenario says about who runs its requests and when they come.
//
// Called by spec.cc with the whole document.
// Thread rule: any thread. Failure rule: io::InputError, one line with file and path.
#pragma once

#include "workloads/json_field.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

// Of the field `arrival`, which may be missing.
void parse_arrival(const JsonField& json, Spec& spec);

// Of the document: executor, in_flight.
void parse_executor(const JsonField& json, Spec& spec);

// Of the document, when all else is read: what belongs together only in some combinations.
void check_execution(const JsonField& json, const Spec& spec);

}  // namespace plumbline::workloads
