// Fields of a CSV file that no spreadsheet mistakes for a formula.
//
// Used by the CSV format and the history's export. Thread rule: pure functions. Failure: none.
#pragma once

#include <optional>
#include <string>

namespace plumbline::harness::publish {

// A name, made printable, quoted and defused.
std::string csv_text(const std::string& name);

// The same of what is printable already.
std::string csv_quoted(const std::string& printable);

// As it is; empty where it does not exist.
std::string csv_figure(const std::optional<double>& value);

}  // namespace plumbline::harness::publish
