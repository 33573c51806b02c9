#include "harness/cli/endpoints_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/attribution/requests.h"
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

// The figures of each request, by endpoint: what two sets of recordings are compared by.
class Samples {
 public:
  void add(const analysis::Recording& recording, const analysis::Partition& partition,
           const analysis::EndpointTable& table) {
    for (const EndpointRow& row : table.rows) {
      EndpointSample& sample = of(recording.names[row.name]);
      sample.wall_ns += static_cast<double>(row.time_and_uncovered().wall_ns());
    }
    for (const analysis::Request& request : analysis::requests_of(recording, partition)) {
      RequestFigures figures{static_cast<double>(request.elapsed_ns)};
      for (std::size_t i = 0; i < format::kCategoryCount; ++i) {
        figures[i + 1] = static_cast<double>(request.ns[i]);
      }
      of(recording.names[recording.spans.endpoint[request.root]]).requests.push_back(figures);
    }
  }

  std::vector<EndpointSample> all() const {
    std::vector<EndpointSample> samples;
    for (const auto& [name, sample] : by_name_) samples.push_back(sample);
    return samples;
  }

 private:
  EndpointSample& of(const std::string& name) {
    EndpointSample& sample = by_name_[name];
    sample.name = name;
    return sample;
  }

  std::map<std::string, EndpointSample> by_name_;
};

RecordingFile file_of(const std::string& file, const analysis::Recording& recording,
                      const analysis::Partition& partition) {
  return {recorded_program(file, recording),
          recording.header.start_realtime_ns,
          recording.spans.size(),
          recording.report.backwards_spans,
          partition.conservation.backwards_ns,
          recording.report};
}

class Gathering {
 public:
  explicit Gathering(const EndpointsQuestion& question) : question_(question) {}

  void add(const std::string& file) {
    const analysis::Recording recording = analysis::read_recording(file);
    const analysis::Partition partition = analysis::partition_time(recording);
    const analysis::EndpointTable table = analysis::endpoints_of(recording, partition);
    for (const EndpointRow& row : table.rows) add_row(recording.names[row.name], row);
    view_.no_span += table.no_span;
    const analysis::TotalsCheck check = analysis::check_totals(partition, table);
    view_.check.threads += check.threads;
    view_.check.tables += check.tables;
    if (!question_.baselines.empty()) now_.add(recording, partition, table);
    view_.files.push_back(file_of(file, recording, partition));
  }

  void add_baseline(const std::string& file) {
    if (!view_.baseline) view_.baseline.emplace().options = question_.changes;
    const analysis::Recording recording = analysis::read_recording(file);
    const analysis::Partition partition = analysis::partition_time(recording);
    before_.add(recording, partition, analysis::endpoints_of(recording, partition));
    view_.baseline->files.push_back(file_of(file, recording, partition));
  }

  EndpointsView result() {
    view_.sort = question_.sort;
    if (!question_.unlike) require_one_program();
    for (auto& [name, endpoint] : by_name_) view_.endpoints.push_back(std::move(endpoint));
    std::stable_sort(view_.endpoints.begin(), view_.endpoints.end(),
                     [&](const NamedEndpoint& a, const NamedEndpoint& b) {
                       return sort_value(a.sum, view_.sort) > sort_value(b.sum, view_.sort);
                     });
    view_.total = view_.no_span;
    for (const NamedEndpoint& endpoint : view_.endpoints) view_.total += endpoint.sum;
    for (const RecordingFile& file : view_.files) add_notes(file);
    if (view_.baseline) {
      view_.baseline->changes = endpoint_changes(before_.all(), now_.all(), question_.changes);
      for (const RecordingFile& file : view_.baseline->files) add_notes(file);
    }
    return std::move(view_);
  }

 private:
  void add_row(const std::string& name, const EndpointRow& row) {
    NamedEndpoint& endpoint = by_name_[name];
    endpoint.name = name;
    endpoint.sum += row;
    if (question_.files.size() == 1) return;
    endpoint.by_recording.resize(question_.files.size());
    endpoint.by_recording[view_.files.size()] += row;
  }

  void require_one_program() const {
    std::vector<RecordedProgram> programs;
    for (const RecordingFile& file : view_.files) programs.push_back(file.program);
    if (view_.baseline) {
      for (const RecordingFile& file : view_.baseline->files) programs.push_back(file.program);
    }
    require_like_programs(programs);
  }

  void add_notes(const RecordingFile& file) {
    const std::string& name = file.program.file;
    if (file.spans == 0) {
      view_.notes.push_back(fmt::format("{} has no spans: all its time is under (no span)", name));
    }
    if (file.backwards_ns > 0 || file.backwards_spans > 0) {
      view_.notes.push_back(fmt::format(
          "{}: the clock went backwards: {} ns of edges, {} spans; what lies before an edge "
          "already passed is not counted again",
          name, file.backwards_ns, file.backwards_spans));
    }
  }

  const EndpointsQuestion& question_;
  std::map<std::string, NamedEndpoint> by_name_;
  Samples now_, before_;
  EndpointsView view_;
};

}  // namespace

bool EndpointsView::intact() const {
  const auto is_intact = [](const RecordingFile& file) { return file.report.intact; };
  return std::all_of(files.begin(), files.end(), is_intact) &&
         (!baseline || std::all_of(baseline->files.begin(), baseline->files.end(), is_intact));
}

EndpointsView read_endpoints(const EndpointsQuestion& question) {
  Gathering gathering(question);
  for (const std::string& file : question.files) gathering.add(file);
  for (const std::string& file : question.baselines) gathering.add_baseline(file);
  return gathering.result();
}

}  // namespace plumbline::harness
