// The rows of results.json, read from their fields: one function for each kind.
//
// Called by the reader for each row as it comes. Thread rule: pure functions. Failure:
// io::InputError that names file, row and field.
#pragma once

#include "harness/results/results.h"
#include "harness/results/row_fields.h"

namespace plumbline::harness {

Environment environment_of(const RowFields& fields);
Provenance provenance_of(const RowFields& fields);
RunRow run_of(const RowFields& fields);
CellRow cell_of(const RowFields& fields);
FunctionRow function_of(const RowFields& fields);
LinkRow link_of(const RowFields& fields);
ConservationRow conservation_of(const RowFields& fields);
ConfusionRow confusion_of(const RowFields& fields);
SweepRow sweep_of(const RowFields& fields);
OverheadRow overhead_of(const RowFields& fields);
OracleRow oracle_of(const RowFields& fields);
ProfilerRow profiler_of(const RowFields& fields);
StandingRow standing_of(const RowFields& fields);
AssertionRow assertion_of(const RowFields& fields);
GateUse gate_use_of(const RowFields& fields);
Summary summary_of_json(const RowFields& fields);

}  // namespace plumbline::harness
