// The document of results/schema/endpoints-1.schema.json.
#include <nlohmann/json.hpp>

#include "harness/cli/endpoints_view.h"
#include "harness/cli/time_cells.h"

namespace plumbline::harness {
namespace {

using analysis::EndpointRow;
using Json = nlohmann::ordered_json;

// Fractions of nanoseconds: divided totals are not rounded.
Json per_call_json(const EndpointRow& row) {
  if (row.requests == 0) return nullptr;
  const analysis::TimeParts time = row.time_and_uncovered();
  const auto divided = [&](std::int64_t ns) {
    return static_cast<double>(ns) / static_cast<double>(row.requests);
  };
  Json categories = Json::object();
  for (std::size_t i = 0; i < time.category.size(); ++i) {
    categories[std::string(format::kCategoryIds[i])] = divided(time.category[i]);
  }
  return {{"elapsed_ns", divided(row.elapsed_ns)},
          {"wall_ns", divided(time.wall_ns())},
          {"category_ns", std::move(categories)},
          {"residual_ns", divided(time.residual_ns)},
          {"queued_ns", divided(row.queued_ns)}};
}

Json parallelism_json(const EndpointRow& row) {
  if (row.elapsed_ns <= 0) return nullptr;
  return static_cast<double>(row.time.wall_ns()) / static_cast<double>(row.elapsed_ns);
}

// What a row and a point of a series have; `time` holds `uncovered_ns`, as other:
// not_on_any_thread.
Json figures_json(const EndpointRow& row) {
  return {{"requests", row.requests},
          {"spans", row.spans},
          {"p50_ns", row.percentile_ns(50)},
          {"p95_ns", row.percentile_ns(95)},
          {"p99_ns", row.percentile_ns(99)},
          {"max_ns", row.percentile_ns(100)},
          {"elapsed_ns", row.elapsed_ns},
          {"uncovered_ns", row.uncovered_ns},
          {"parallelism", parallelism_json(row)},
          {"time", time_json(row.time_and_uncovered())},
          {"per_call", per_call_json(row)},
          {"blocked_waits", by_name(row.blocked_waits, format::kCategoryIds)},
          {"calls_without_blocking", by_name(row.calls_without_blocking, format::kCategoryIds)},
          {"cpu_in_calls_ns", by_name(row.cpu_in_calls_ns, format::kCategoryIds)},
          {"queue",
           {{"hand_overs", row.hand_overs},
            {"total_ns", row.queued_ns},
            {"longest_ns", row.longest_queue_ns}}}};
}

Json row_json(const std::string& name, const EndpointRow& row) {
  Json object = {{"endpoint", name}};
  object.update(figures_json(row));
  return object;
}

Json recordings_json(const std::vector<RecordingFile>& files) {
  Json rows = Json::array();
  for (const RecordingFile& file : files) {
    const analysis::ReadReport& report = file.report;
    rows.push_back({{"file", file.program.file},
                    {"program", file.program.program},
                    {"start_unix_ns", file.start_realtime_ns},
                    {"intact", report.intact},
                    {"damage", report.intact ? Json(nullptr) : Json(report.damage)}});
  }
  return rows;
}

Json series_json(const EndpointsView& view) {
  if (view.files.size() == 1) return nullptr;
  Json rows = Json::array();
  for (const NamedEndpoint& endpoint : view.endpoints) {
    Json points = Json::array();
    for (const EndpointRow& row : endpoint.by_recording) points.push_back(figures_json(row));
    rows.push_back({{"endpoint", endpoint.name}, {"points", std::move(points)}});
  }
  return rows;
}

Json figure_json(const FigureChange& figure) {
  const double change_ns = figure.mean_ns - figure.baseline_mean_ns;
  return {{"figure", figure.figure},
          {"mean_ns", figure.mean_ns},
          {"baseline_mean_ns", figure.baseline_mean_ns},
          {"change_ns", change_ns},
          {"change_95_ns", {figure.change_95_ns.lo, figure.change_95_ns.hi}},
          {"change_percent", figure.baseline_mean_ns > 0
                                 ? Json(100 * change_ns / figure.baseline_mean_ns)
                                 : Json(nullptr)},
          {"superiority", figure.superiority},
          {"effect", name_of(figure.effect)},
          {"p", figure.p_value},
          {"p_adjusted", figure.p_adjusted},
          {"verdict", name_of(figure.verdict)}};
}

Json baseline_json(const EndpointsView& view) {
  if (!view.baseline) return nullptr;
  Json rows = Json::array();
  for (const EndpointChange& change : view.baseline->changes) {
    Json figures = Json::array();
    for (const FigureChange& figure : change.figures) figures.push_back(figure_json(figure));
    rows.push_back({{"endpoint", change.name},
                    {"verdict", name_of(change.verdict)},
                    {"requests", change.requests},
                    {"baseline_requests", change.baseline_requests},
                    {"wall_percent", change.wall_percent},
                    {"baseline_wall_percent", change.baseline_wall_percent},
                    {"figures", std::move(figures)}});
  }
  const EndpointsBaseline& baseline = *view.baseline;
  return {{"recordings", recordings_json(baseline.files)},
          {"false_discovery_rate", baseline.options.false_discovery_rate},
          {"least_change_percent", baseline.options.least_change_percent},
          {"endpoints", std::move(rows)}};
}

Json damage_json(const EndpointsView& view) {
  std::vector<RecordingFile> files = view.files;
  if (view.baseline) {
    files.insert(files.end(), view.baseline->files.begin(), view.baseline->files.end());
  }
  for (const RecordingFile& file : files) {
    if (!file.report.intact) return file.program.file + ": " + file.report.damage;
  }
  return nullptr;
}

}  // namespace

std::string endpoints_json(const EndpointsView& view) {
  Json rows = Json::array();
  for (const NamedEndpoint& endpoint : view.endpoints) {
    rows.push_back(row_json(endpoint.name, endpoint.sum));
  }
  const Json document = {{"schema", "plumbline.endpoints/1"},
                         {"recordings", recordings_json(view.files)},
                         {"sort", {{"by", view.sort.by}, {"per_call", view.sort.per_call}}},
                         {"endpoints", std::move(rows)},
                         {"no_span", time_json(view.no_span.time)},
                         {"total", time_json(view.total.time_and_uncovered())},
                         {"sums_agree", view.check.agree()},
                         {"threads", time_json(view.check.threads)},
                         {"series", series_json(view)},
                         {"baseline", baseline_json(view)},
                         {"notes", view.notes},
                         {"intact", view.intact()},
                         {"damage", damage_json(view)}};
  return text_of(document);
}

}  // namespace plumbline::harness
