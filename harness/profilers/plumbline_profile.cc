#include "harness/profilers/plumbline_profile.h"

#include <algorithm>
#include <string_view>

#include "analysis/attribution/endpoints.h"
#include "analysis/attribution/function_shares.h"
#include "analysis/attribution/sampling_account.h"
#include "analysis/recording/symbolizer.h"

namespace plumbline::harness {
namespace {

using analysis::Partition;
using analysis::Recording;

std::map<std::string, EndpointProfile> endpoint_profiles(const Recording& recording,
                                                         const Partition& partition) {
  std::map<std::string, EndpointProfile> endpoints;
  analysis::Symbolizer symbolizer(recording.modules);
  for (const analysis::EndpointRow& row : analysis::endpoints_of(recording, partition).rows) {
    EndpointProfile& endpoint = endpoints[recording.names[row.name]];
    endpoint.time += row.time_and_uncovered();
    const analysis::FunctionShares shares = analysis::function_shares(
        recording, partition, analysis::spans_of_endpoint(recording, row.name), symbolizer);
    endpoint.samples += shares.samples;
    for (const analysis::FunctionShare& share : shares.functions) {
      endpoint.function_cpu_ns[share.function] += share.total_ns;
      endpoint.function_samples[share.function] += share.total_samples;
    }
  }
  return endpoints;
}

std::map<std::int32_t, std::vector<ReportedSegment>> threads_of(const Recording& recording,
                                                                const Partition& partition) {
  std::map<std::int32_t, std::vector<ReportedSegment>> threads;
  for (const analysis::Segment& segment : partition.segments) {
    const std::uint64_t span_id =
        segment.span == analysis::kNone ? 0 : recording.spans.span_id[segment.span];
    threads[recording.threads.tid[segment.thread]].push_back(
        {segment.begin_ns, segment.end_ns, span_id, segment.parts});
  }
  // The kernel may give a tid again: then two threads of the recording share a list.
  for (auto& [tid, segments] : threads) {
    std::stable_sort(
        segments.begin(), segments.end(),
        [](const ReportedSegment& a, const ReportedSegment& b) { return a.begin_ns < b.begin_ns; });
  }
  return threads;
}

// Counters tell what was recorded, how well the clocks worked and what we took, too; the rest are
// losses.
bool is_loss(std::string_view counter) {
  return !counter.ends_with(".recorded") && !counter.starts_with("edges.") &&
         !counter.starts_with("signals.") && !counter.starts_with("own.") &&
         counter != "sampling.signals";
}

std::map<std::string, std::int64_t> losses_of(const Recording& recording) {
  std::map<std::string, std::int64_t> losses;
  for (const auto& [counter, value] : recording.counters) {
    if (is_loss(counter)) losses[counter] = value;
  }
  losses["file.damaged"] = recording.report.intact ? 0 : 1;
  losses["records.rejected"] = static_cast<std::int64_t>(recording.report.rejected_records);
  return losses;
}

}  // namespace

Profile plumbline_profile(const Recording& recording, const Partition& partition) {
  Profile profile;
  profile.profiler = "plumbline";
  profile.wait_definition = WaitDefinition::kExcludesRunQueue;
  profile.counts_totals = true;
  profile.endpoints = endpoint_profiles(recording, partition);
  profile.threads = threads_of(recording, partition);
  profile.conservation = partition.conservation;
  profile.losses = losses_of(recording);
  profile.lockstep_risk = analysis::has_lockstep_risk(recording);
  const auto clock = recording.settings.find("cpu_clock");
  if (clock != recording.settings.end()) profile.clock = clock->second;
  return profile;
}

}  // namespace plumbline::harness
