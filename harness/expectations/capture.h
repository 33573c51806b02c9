// An expected_profile.json from a profile: what it would take for this very profile to pass.
//
// Called by `plumbline check --write`. One entry for each stack and set of stable labels, margin 1,
// as prof-correctness captures; labels that differ in every run (ids, times) are left out. Unlike
// theirs the file is valid for their own schema, says scale_by_duration when its values are rates,
// and holds of the profile that it was made from: what an entry asserts is what its pattern and
// labels match, and a rate that its margin cannot hold, cut to an integer, is left to the percent.
// Thread rule: pure. Failure: io::InputError for a profile beyond reason.
#pragma once

#include <string>

#include "harness/expectations/expected_profile.h"
#include "harness/expectations/profile_view.h"

namespace plumbline::harness::expectations {

ExpectedProfile captured(const ProfileView& view, const std::string& test_name);

}  // namespace plumbline::harness::expectations
