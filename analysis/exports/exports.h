// A recording, or a part of it, in the formats that other tools read.
//
// Called by `plumbline export`. Each writes its file through a sink, piece by piece, and returns
// what that format cannot hold. Whatever the format, its times add up to those of hotspots for the
// same selection, category by category, to the nanosecond.
// Names may hold anything that a program put there: controls, bytes that are no UTF-8 and marks
// that change the order of text are written out (io/terminal_text.h), in every format.
// Thread rule: one thread. Failure: what the sink throws.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/attribution/hotspots.h"

namespace plumbline::exports {

using Sink = std::function<void(std::string_view)>;
using Losses = std::vector<std::string>;  // sentences: what is not in the file, and where it is

struct Selection {
  const analysis::Recording& recording;
  const analysis::Partition& partition;  // its segments for chrome only
  analysis::HotspotEngine& engine;
  std::string question;  // what was picked, as asked for
  analysis::ScopedTime scope;
  analysis::SelectedTime time;  // of `scope`
};

enum class PprofLabels { kOwn, kDatadog };

// gzip of profile.proto: a type of samples for each category, labels for span, trace, endpoint and
// thread. Ids are text of hexadecimal digits or, as Datadog has them, numbers.
Losses export_pprof(const Selection& selection, PprofLabels labels, const Sink& sink);

// ProfilesData of opentelemetry-proto 1.11 (v1development): a profile for each category.
Losses export_otlp_profiles(const Selection& selection, const Sink& sink);

// OTLP/JSON: a line for each 100,000 spans, so that a smaller file is one document.
Losses export_otlp_spans(const Selection& selection, const Sink& sink);

// A line for each stack, with its time in `column`, or in wall for kTimeColumns.
Losses export_folded(const Selection& selection, std::size_t column, const Sink& sink);

// A profile for wall and for each category.
Losses export_speedscope(const Selection& selection, const Sink& sink);

// Trace events: threads, spans as slices where they were active, waits within them.
Losses export_chrome(const Selection& selection, const Sink& sink);

// The same moment on the clock that files of others use.
std::int64_t realtime_ns(const analysis::Recording& recording, std::int64_t monotonic_ns);

}  // namespace plumbline::exports
