// A ledger as JSON, for people and for programs that do not read its binary file.
//
// Called by the command line.
// Thread rule: any thread. Failure rule: none.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "workloads/ledger.h"

namespace plumbline::workloads {

// Keys in the order of LEDGER.md; record fields are named as in ledger.h.
nlohmann::ordered_json ledger_to_json(const Ledger& ledger);

}  // namespace plumbline::workloads
