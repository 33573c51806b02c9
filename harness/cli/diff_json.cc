// The document of results/schema/diff-1.schema.json.
#include <nlohmann/json.hpp>
#include <numeric>

#include "harness/cli/diff_view.h"
#include "harness/cli/hotspots_view.h"
#include "harness/cli/time_cells.h"

namespace plumbline::harness {
namespace {

using analysis::TimeColumns;
using Json = nlohmann::ordered_json;

Json range_json(const std::optional<Range>& range) {
  return range ? Json{range->first, range->second} : Json(nullptr);
}

std::int64_t sum_of(const TimeColumns& columns) {
  return std::accumulate(columns.begin(), columns.end(), std::int64_t{0});
}

// Two figures, absolute and of one request.
Json change_json(const DiffView& view, std::int64_t a_ns, std::int64_t b_ns) {
  Json object = {{"a_ns", a_ns}, {"b_ns", b_ns}, {"change_ns", b_ns - a_ns}};
  object["per_call"] = nullptr;
  if (view.has_calls()) {
    const double a = static_cast<double>(a_ns) / static_cast<double>(view.a.requests.size());
    const double b = static_cast<double>(b_ns) / static_cast<double>(view.b.requests.size());
    object["per_call"] = {{"a_ns", a}, {"b_ns", b}, {"change_ns", b - a}};
  }
  return object;
}

Json side_json(const DiffSide& side) {
  return {{"file", side.program.file},
          {"program", side.program.program},
          {"endpoint", side.endpoint ? Json(*side.endpoint) : Json(nullptr)},
          {"requests", side.requests.size()},
          {"elapsed_ns", side.elapsed_ns},
          {"wall_ns", side.time.all().wall_ns()},
          {"columns_ns", columns_json(analysis::columns_of(side.time.all()))},
          {"samples", side.time.sampling.samples},
          {"lockstep_risk", side.lockstep_risk},
          {"intact", side.report.intact},
          {"damage", side.report.intact ? Json(nullptr) : Json(side.report.damage)}};
}

Json categories_json(const DiffView& view) {
  const TimeColumns a = analysis::columns_of(view.a.time.all());
  const TimeColumns b = analysis::columns_of(view.b.time.all());
  Json rows = Json::array();
  for (std::size_t column = 0; column < a.size(); ++column) {
    Json row = {{"category", column_id(column)}};
    row.update(change_json(view, a[column], b[column]));
    row["change_per_call_95_ns"] = range_json(view.per_call_95_ns[column]);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json method_json(const DiffView& view, const analysis::MethodPair& pair) {
  return {{"function", pair.function},
          {"owner", analysis::kCodeOwnerIds[static_cast<std::size_t>(pair.owner)]},
          {"self", change_json(view, pair.self_a.wall_ns(), pair.self_b.wall_ns())},
          {"total", change_json(view, pair.total_a.wall_ns(), pair.total_b.wall_ns())},
          {"a_columns_ns", columns_json(pair.self_a.ns)},
          {"b_columns_ns", columns_json(pair.self_b.ns)},
          {"a_samples", pair.self_a.samples},
          {"b_samples", pair.self_b.samples},
          {"cpu_change_95_ns", range_json(view.cpu_95_ns(pair))},
          {"cpu_change_per_call_95_ns", range_json(view.cpu_per_call_95_ns(pair))}};
}

}  // namespace

std::string diff_json(const DiffView& view) {
  Json methods = Json::array();
  for (const analysis::MethodPair& pair : view.methods) methods.push_back(method_json(view, pair));
  const bool by_wall = view.column == analysis::kTimeColumns;
  const TimeColumns a = analysis::columns_of(view.a.time.all());
  const TimeColumns b = analysis::columns_of(view.b.time.all());
  const Json document = {{"schema", "plumbline.diff/1"},
                         {"a", side_json(view.a)},
                         {"b", side_json(view.b)},
                         {"category", by_wall ? Json(nullptr) : Json(column_id(view.column))},
                         {"wall", change_json(view, sum_of(a), sum_of(b))},
                         {"categories", categories_json(view)},
                         {"methods", std::move(methods)},
                         {"sums_agree", view.sums_agree()},
                         {"notes", view.notes},
                         {"intact", view.a.report.intact && view.b.report.intact}};
  return text_of(document);
}

}  // namespace plumbline::harness
