// The account of each kind of record: expected = recorded + dropped, cause by cause.
//
// Used by `plumbline info`. "Expected" is what the threads tried to write. The same numbers come
// in two ways, as counters of the session and as records in the file, so that the sum is checked.
// Thread rule: pure. Failure: none; what does not agree is said.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/recording/recording.h"

namespace plumbline::analysis {

struct LossAccount {
  std::string kind;                             // "samples"
  std::int64_t recorded = 0;                    // records in the file
  std::map<std::string, std::int64_t> dropped;  // by cause, as the session counted them
  // What the other way says: "agrees", "DIFFERS: ...", "not checked: ...".
  std::string check;

  std::int64_t dropped_total() const;
  std::int64_t expected() const { return recorded + dropped_total(); }
};

// Of scopes, spans, waits and samples.
std::vector<LossAccount> loss_accounts_of(const Recording& recording);

}  // namespace plumbline::analysis
