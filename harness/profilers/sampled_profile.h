// A foreign profile's stacks in the harness's terms: which value is which category, whose time it
// is.
//
// A stated table maps sample types to categories, and a label that bears the span id or the
// endpoint says whose time a sample was; both can be overridden (`--map`). What the file does not
// have, the profile does not claim. Used by the adapters of profilers that write known formats and
// by `plumbline score`.
// Thread rule: pure. Failure: io::InputError for a mapping that is none.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/formats/stack_profile.h"
#include "harness/profilers/profile.h"
#include "workloads/ledger.h"

namespace plumbline::harness {

struct ProfileMapping {
  // Sample type -> category; of several for one category the first with a unit of time counts.
  std::vector<std::pair<std::string, format::Category>> types;
  std::vector<std::string> span_labels, endpoint_labels;  // the first that a sample bears
  std::int64_t period_ns = 0;  // of one sample, for types that only count; 0: no totals of them
  bool run_queue_in_waits = true;
};

ProfileMapping default_mapping();

// "span-label=KEY", "endpoint-label=KEY", "period=NS", "run-queue-in-waits=no", or
// "TYPE=CATEGORY". A label takes the place of the default ones; a type goes before them.
void apply_mapping(const std::string& setting, ProfileMapping& mapping);

// `ledger` says which endpoint a span id belongs to.
Profile profile_of_stacks(const formats::StackProfile& stacks, const ProfileMapping& mapping,
                          const workloads::Ledger& ledger);

}  // namespace plumbline::harness
