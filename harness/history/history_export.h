// The history for other tools: CSV and JSON.
//
// Called by `plumbline history list|export`. CSV as `plumbline publish` has it: RFC 4180, a text
// that a spreadsheet would run gets an apostrophe in front.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/history/history.h"

namespace plumbline::harness {

std::string history_csv(const std::vector<HistoryFigure>& figures);
nlohmann::ordered_json history_json(const std::vector<HistoryFigure>& figures);

std::string entries_text(const std::vector<HistoryEntry>& entries);
nlohmann::ordered_json entries_json(const std::vector<HistoryEntry>& entries);

}  // namespace plumbline::harness
