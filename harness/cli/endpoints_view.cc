#include "harness/cli/endpoints_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/recording/reader.h"

namespace plumbline::harness {
namespace {

using analysis::EndpointRow;

// Of the row, as asked for: rows with more stand first.
double sort_value(const EndpointRow& row, const EndpointSort& sort) {
  const auto& ids = format::kCategoryIds;
  const auto category = std::find(ids.begin(), ids.end(), sort.by);
  const analysis::TimeParts time = row.time_and_uncovered();
  double value = 0;
  if (sort.by == "wall") {
    value = static_cast<double>(time.wall_ns());
  } else if (category != ids.end()) {
    value = static_cast<double>(time.category[static_cast<std::size_t>(category - ids.begin())]);
  } else if (sort.by == "count") {
    return static_cast<double>(row.requests);
  } else if (sort.by == "elapsed") {
    value = static_cast<double>(row.elapsed_ns);
  } else if (sort.by == "queue") {
    value = static_cast<double>(row.queued_ns);
  } else {  // latencies are of one call already
    return static_cast<double>(sort.by == "max" ? row.percentile_ns(100)
                                                : row.percentile_ns(std::stoul(sort.by.substr(1))));
  }
  if (!sort.per_call) return value;
  return row.requests == 0 ? -1 : value / static_cast<double>(row.requests);
}

class Gathering {
 public:
  explicit Gathering(std::size_t files) : files_(files) {}

  void add(const std::string& file) {
    const analysis::Recording recording = analysis::read_recording(file);
    const analysis::Partition partition = analysis::partition_time(recording);
    const analysis::EndpointTable table = analysis::endpoints_of(recording, partition);
    for (const EndpointRow& row : table.rows) add_row(recording.names[row.name], row);
    view_.no_span += table.no_span;
    const analysis::TotalsCheck check = analysis::check_totals(partition, table);
    view_.check.threads += check.threads;
    view_.check.tables += check.tables;
    view_.files.push_back({recorded_program(file, recording), recording.header.start_realtime_ns,
                           recording.spans.size(), recording.report.backwards_spans,
                           partition.conservation.backwards_ns, recording.report});
  }

  EndpointsView result(const EndpointSort& sort) {
    view_.sort = sort;
    for (auto& [name, endpoint] : by_name_) view_.endpoints.push_back(std::move(endpoint));
    std::stable_sort(view_.endpoints.begin(), view_.endpoints.end(),
                     [&](const NamedEndpoint& a, const NamedEndpoint& b) {
                       return sort_value(a.sum, sort) > sort_value(b.sum, sort);
                     });
    view_.total = view_.no_span;
    for (const NamedEndpoint& endpoint : view_.endpoints) view_.total += endpoint.sum;
    add_notes();
    return std::move(view_);
  }

 private:
  void add_row(const std::string& name, const EndpointRow& row) {
    NamedEndpoint& endpoint = by_name_[name];
    endpoint.name = name;
    endpoint.sum += row;
    if (files_ == 1) return;
    endpoint.by_recording.resize(files_);
    endpoint.by_recording[view_.files.size()] += row;
  }

  void add_notes() {
    for (const RecordingFile& file : view_.files) {
      const std::string& name = file.program.file;
      if (file.spans == 0) {
        view_.notes.push_back(
            fmt::format("{} has no spans: all its time is under (no span)", name));
      }
      if (file.backwards_ns > 0 || file.backwards_spans > 0) {
        view_.notes.push_back(fmt::format(
            "{}: the clock went backwards: {} ns of edges, {} spans; what lies before an edge "
            "already passed is not counted again",
            name, file.backwards_ns, file.backwards_spans));
      }
    }
  }

  const std::size_t files_;
  std::map<std::string, NamedEndpoint> by_name_;
  EndpointsView view_;
};

}  // namespace

bool EndpointsView::intact() const {
  return std::all_of(files.begin(), files.end(),
                     [](const RecordingFile& file) { return file.report.intact; });
}

EndpointsView read_endpoints(const std::vector<std::string>& files, const EndpointSort& sort) {
  Gathering gathering(files.size());
  for (const std::string& file : files) gathering.add(file);
  return gathering.result(sort);
}

}  // namespace plumbline::harness
