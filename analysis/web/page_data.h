// What the page needs of a recording: enough to answer every selection and scope by itself.
//
// Called by the commands `report` and `serve`. It is the time index (attribution/time_index.h) as
// columns, with the spans in the forest's order and the stacks as one tree of frames by line, so
// that the page's figures are those of `plumbline hotspots`. README.md here lists the columns.
// Thread rule: one thread. Failure: none of its own.
#pragma once

#include <string>
#include <vector>

#include "analysis/recording/recording.h"

namespace plumbline::analysis {

// `file`: what the page calls the recording. `own_prefixes` as in HotspotOptions.
std::string recording_page_data(const Recording& recording, const std::string& file,
                                const std::vector<std::string>& own_prefixes);

// Of a result: `results_json` must be a JSON document, and is handed over as it is.
std::string result_page_data(const std::string& results_json, const std::string& file);

}  // namespace plumbline::analysis
