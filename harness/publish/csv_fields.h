// Fields of CSV: RFC 4180, and nothing in them that a spreadsheet runs.
//
// Used by the CSV formats. Thread rule: pure functions. Failure: none.
#pragma once

#include <optional>
#include <string>

namespace plumbline::harness::publish {

std::string csv_name(const std::string& name);
std::string csv_text(const std::string& text);  // a reason
// Empty where there is none. Figures are not defused, as a negative number is no formula.
std::string csv_figure(const std::optional<double>& value);

}  // namespace plumbline::harness::publish
