// Texts as fields of a CSV file: quoted, and no formula to any spreadsheet (the rules: csv.cc).
//
// Used by whatever writes CSV. Thread rule: pure functions. Failure: none.
#pragma once

#include <string>

namespace plumbline::harness::publish {

// `printable`: without control characters, as published_names.h makes it.
std::string quoted(const std::string& printable);

// Of any text: what is not printable is written out first.
std::string name_field(const std::string& name);

}  // namespace plumbline::harness::publish
