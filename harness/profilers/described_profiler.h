// Any other profiler on the bench, by a description in JSON:
//
//   { "name": "mine",
//     "command": ["/opt/mine/record", "--rate", "{rate}", "--out", "{output}", "--"],
//     "environment": {"LD_PRELOAD": "/opt/mine/lib.so", "MINE_OUTPUT": "{output}"},
//     "extension": ".pb.gz", "map": ["span-label=span id"] }
//
// `command` stands before the workload's own (omitted: nothing does). What it writes may be any
// format that `plumbline score` reads; what it claims is what that holds.
// Thread rule: the main thread. Failure: io::InputError for a description that is none.
#pragma once

#include <filesystem>
#include <memory>

#include "harness/profilers/profiler_adapter.h"

namespace plumbline::harness {

std::unique_ptr<ProfilerAdapter> described_profiler(const std::filesystem::path& description);

}  // namespace plumbline::harness
