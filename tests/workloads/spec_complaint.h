// What the reader of scenarios says of one that it refuses.
//
// Used by the tests of the specification's parts. Thread rule: any thread. Failure: none.
#pragma once

#include <string>

#include "analysis/io/error.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

inline std::string complaint_about(const std::string& text) {
  try {
    parse_spec(text, "s.json");
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "no complaint";
}

}  // namespace plumbline::workloads
