// The document of results/schema/hotspots-1.schema.json.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/attribution/percents.h"
#include "analysis/attribution/sampled_interval.h"
#include "analysis/attribution/stackless.h"
#include "harness/cli/hotspots_view.h"
#include "harness/cli/time_cells.h"

namespace plumbline::harness {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::TimeSum;
using Json = nlohmann::ordered_json;

// Ids of more spans than this are not listed; their number is.
constexpr std::size_t kMostListed = 1000;

Json sum_json(const HotspotsView& view, const TimeSum& sum) {
  const auto interval = view.cpu_interval_ns(sum);
  return {{"wall_ns", sum.wall_ns()},
          {"columns_ns", columns_json(sum.ns)},
          {"sampled_ns", sum.sampled_ns},
          {"samples", sum.samples},
          {"few_samples", sum.samples > 0 && sum.samples < analysis::kFewSamples},
          {"cpu_95_ns", interval ? Json{interval->first, interval->second} : Json(nullptr)}};
}

Json frame_json(const HotspotsView& view, Index row) {
  const analysis::Frame& frame = view.paths.frames()[row];
  Json object = {{"function", frame.function},
                 {"owner", analysis::kCodeOwnerIds[static_cast<std::size_t>(frame.owner)]}};
  if (view.merge_by == analysis::MergeBy::kLine) {
    object["file"] = frame.file;
    object["line"] = frame.line;
  }
  return object;
}

Json with_frame(const HotspotsView& view, Index frame, Json fields) {
  Json object = frame_json(view, frame);
  object.update(fields);
  return object;
}

Json breakdown_json(const HotspotsView& view) {
  const analysis::TimeParts all = view.time.all();
  const analysis::TimeColumns columns = analysis::columns_of(all);
  const std::vector<std::int64_t> tenths =
      analysis::tenths_of_percent({columns.begin(), columns.end()});
  Json rows = Json::array();
  for (std::size_t column = 0; column < columns.size(); ++column) {
    const bool is_residual = column == analysis::kResidualColumn;
    rows.push_back({{"category", column_id(column)},
                    {"name", is_residual ? "Residual" : format::kCategoryNames[column]},
                    {"ns", columns[column]},
                    {"percent", static_cast<double>(tenths[column]) / 10},
                    {"exact", true}});
    if (column == analysis::index_of(format::Category::kOther)) {
      rows.back()["reasons_ns"] = by_name(all.other, format::kOtherReasonIds);
    }
  }
  return rows;
}

Json span_json(const HotspotsView& view, Index row) {
  const analysis::SpanTable& spans = view.recording.spans;
  return {{"span_id", fmt::format("{:016x}", spans.span_id[row])},
          {"trace_id",
           fmt::format("{:016x}{:016x}", spans.trace_id_high[row], spans.trace_id_low[row])},
          {"name", view.recording.names[spans.name[row]]},
          {"endpoint", view.recording.names[spans.endpoint[row]]},
          {"start_ns", spans.start_ns[row] < 0 ? Json(nullptr) : Json(spans.start_ns[row])},
          {"end_ns", spans.end_ns[row] < 0 ? Json(nullptr) : Json(spans.end_ns[row])}};
}

Json selection_json(const HotspotsView& view) {
  const analysis::ScopedTime& scope = view.scope;
  Json listed = Json::array();
  for (std::size_t i = 0; i < std::min(view.picked.size(), kMostListed); ++i) {
    listed.push_back(span_json(view, view.picked[i]));
  }
  Json windows = Json::array();
  for (const analysis::TimeWindow& window : scope.windows) {
    windows.push_back({{"begin_ns", window.begin_ns}, {"end_ns", window.end_ns}});
  }
  return {{"whole_recording", view.whole},
          {"scope", analysis::kScopeIds[static_cast<std::size_t>(scope.scope)]},
          {"picked", scope.picked},
          {"picked_spans", std::move(listed)},
          {"spans", scope.spans},
          {"windows", std::move(windows)},
          {"unfinished", scope.unfinished},
          {"unstarted", scope.unstarted},
          {"never_active", scope.never_active},
          {"outliving_spans", scope.outliving_spans}};
}

Json node_json(const HotspotsView& view, Index row) {
  const analysis::TreeNode& node = view.tree->nodes[row];
  Json below = Json::array();
  for (Index child = node.first_child; child != kNone;
       child = view.tree->nodes[child].next_sibling) {
    below.push_back(node_json(view, child));
  }
  return with_frame(view, node.frame,
                    {{"total", sum_json(view, node.total)},
                     {"ending", sum_json(view, node.ending)},
                     {"deeper_hidden", node.hidden != 0},
                     {"children", std::move(below)}});
}

Json tree_json(const HotspotsView& view) {
  if (!view.tree) return nullptr;
  Json nodes = Json::array();
  for (Index row = view.tree->first; row != kNone; row = view.tree->nodes[row].next_sibling) {
    nodes.push_back(node_json(view, row));
  }
  const bool reverse = view.tree->direction == analysis::TreeDirection::kReverse;
  return {{"direction", reverse ? "reverse" : "top_down"},
          {"depth", view.depth},
          {"nodes", std::move(nodes)}};
}

Json methods_json(const HotspotsView& view) {
  Json rows = Json::array();
  for (const analysis::Method& method : view.methods) {
    if (view.value(method.total) == 0 && view.column < analysis::kTimeColumns) continue;
    rows.push_back(with_frame(
        view, method.frame,
        {{"self", sum_json(view, method.self)}, {"total", sum_json(view, method.total)}}));
  }
  return rows;
}

Json owners_json(const HotspotsView& view) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < view.owners.size(); ++i) {
    rows.push_back(
        {{"owner", analysis::kCodeOwnerIds[i]}, {"self", sum_json(view, view.owners[i])}});
  }
  return rows;
}

Json parallelism_json(const HotspotsView& view) {
  if (view.scope.elapsed_ns <= 0) return nullptr;
  return static_cast<double>(view.time.on_threads.wall_ns()) /
         static_cast<double>(view.scope.elapsed_ns);
}

Json estimates_json(const HotspotsView& view) {
  const analysis::SamplingBasis& sampling = view.time.sampling;
  return {{"samples", sampling.samples},
          {"distributed_ns", sampling.distributed_ns},
          {"sampled_ns", sampling.sampled_ns},
          {"lockstep_risk", view.lockstep_risk}};
}

}  // namespace

Json columns_json(const analysis::TimeColumns& columns) {
  Json object = Json::object();
  for (std::size_t column = 0; column < columns.size(); ++column) {
    object[std::string(column_id(column))] = columns[column];
  }
  return object;
}

std::string hotspots_json(const HotspotsView& view) {
  const analysis::TimeParts all = view.time.all();
  const analysis::ReadReport& report = view.recording.report;
  const bool by_wall = view.column == analysis::kTimeColumns;
  const Json document = {
      {"schema", "plumbline.hotspots/1"},
      {"selection", selection_json(view)},
      {"category", by_wall ? Json(nullptr) : Json(column_id(view.column))},
      {"merge_by", view.merge_by == analysis::MergeBy::kLine ? "line" : "function"},
      {"elapsed_ns", view.scope.elapsed_ns},
      {"thread_time_ns", view.time.on_threads.wall_ns()},
      {"uncovered_ns", view.time.uncovered_ns},
      {"wall_ns", all.wall_ns()},
      {"parallelism", parallelism_json(view)},
      {"breakdown", breakdown_json(view)},
      {"cpu_in_calls_ns", by_name(view.time.cpu_in_calls_ns, format::kCategoryIds)},
      {"sampling", estimates_json(view)},
      {"owners", owners_json(view)},
      {"methods", methods_json(view)},
      {"tree", tree_json(view)},
      {"sums_agree", view.sums_agree()},
      {"notes", view.notes},
      {"intact", report.intact},
      {"damage", report.intact ? Json(nullptr) : Json(report.damage)}};
  return text_of(document);
}

}  // namespace plumbline::harness
