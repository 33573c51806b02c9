// What `plumbline endpoints` shows, as text or as JSON: the endpoints of one recording, or of
// several in sequence, by name.
//
// Made by endpoints_command.cc; endpoints_text.cc and endpoints_json.cc print the same numbers.
// Recordings are read one after another, so that one at a time is in memory.
// Thread rule: one thread. Failure: io::InputError for a file that cannot be read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/attribution/endpoints.h"
#include "harness/cli/like_programs.h"
#include "harness/comparison/endpoint_changes.h"

namespace plumbline::harness {

// A file, without its tables.
struct RecordingFile {
  RecordedProgram program;
  std::int64_t start_realtime_ns = 0;
  std::uint64_t spans = 0;
  std::uint64_t backwards_spans = 0;
  std::int64_t backwards_ns = 0;
  analysis::ReadReport report;
};

struct NamedEndpoint {
  std::string name;
  analysis::EndpointRow sum;                        // over the recordings
  std::vector<analysis::EndpointRow> by_recording;  // where there are several
};

struct EndpointSort {
  std::string by = "wall";
  bool per_call = false;
};

// What was before, and what has changed since.
struct EndpointsBaseline {
  std::vector<RecordingFile> files;
  ChangeOptions options;
  std::vector<EndpointChange> changes;
};

struct EndpointsQuestion {
  std::vector<std::string> files, baselines;
  EndpointSort sort;
  ChangeOptions changes;
  bool unlike = false;  // programs may differ
};

struct EndpointsView {
  std::vector<RecordingFile> files;
  std::vector<NamedEndpoint> endpoints;  // as sorted
  analysis::EndpointRow no_span;
  analysis::EndpointRow total;  // of the endpoints and `no_span`
  analysis::TotalsCheck check;
  EndpointSort sort;
  std::optional<EndpointsBaseline> baseline;
  std::vector<std::string> notes;

  bool intact() const;
};

// What rows can be ordered by.
inline constexpr std::array<std::string_view, 15> kEndpointSortKeys = {
    "wall", "cpu", "lock", "sync", "file",  "socket",  "runqueue", "other",
    "p50",  "p95", "p99",  "max",  "count", "elapsed", "queue"};

EndpointsView read_endpoints(const EndpointsQuestion& question);

std::string endpoints_text(const EndpointsView& view, bool coloured);
std::string endpoints_json(const EndpointsView& view);

}  // namespace plumbline::harness
