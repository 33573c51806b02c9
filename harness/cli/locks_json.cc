// The document of results/schema/locks-1.schema.json.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/cli/hotspots_view.h"
#include "harness/cli/locks_view.h"
#include "harness/cli/time_cells.h"

namespace plumbline::harness {
namespace {

using analysis::Index;
using analysis::kNone;
using Json = nlohmann::ordered_json;

Json name_json(const LocksView& view, Index name) {
  return name == kNone ? Json(nullptr) : Json(view.recording.names[name]);
}

Json id_json(std::uint64_t span_id) {
  return span_id == 0 ? Json(nullptr) : Json(fmt::format("{:016x}", span_id));
}

Json parties_json(const LocksView& view, const std::vector<analysis::LockParty>& parties) {
  Json rows = Json::array();
  for (const analysis::LockParty& party : parties) {
    rows.push_back({{"known", party.known},
                    {"endpoint", name_json(view, party.endpoint)},
                    {"span_name", name_json(view, party.span_name)},
                    {"threads", party.threads},
                    {"waits", party.waits},
                    {"blocked_ns", party.blocked_ns}});
  }
  return rows;
}

// Self times sum to the whole; a caller has the rest in its total.
Json functions_json(const LocksView& view, const std::vector<analysis::KeyTime>& keys) {
  Json rows = Json::array();
  for (const analysis::Method& method : view.functions(keys)) {
    const analysis::Frame& frame = view.paths.frames()[method.frame];
    rows.push_back({{"function", frame.function},
                    {"owner", analysis::kCodeOwnerIds[static_cast<std::size_t>(frame.owner)]},
                    {"self_ns", method.self.wall_ns()},
                    {"total_ns", method.total.wall_ns()},
                    {"columns_ns", columns_json(method.self.ns)},
                    {"samples", method.self.samples}});
  }
  return rows;
}

Json longest_json(const LocksView& view, Index wait) {
  if (wait == kNone) return nullptr;
  const analysis::WaitTable& waits = view.recording.waits;
  const Index span = waits.span[wait];
  const std::uint64_t span_id = span == kNone ? 0 : view.recording.spans.span_id[span];
  const std::int32_t owner = waits.owner_tid[wait];
  return {
      {"wall_ns", waits.end[wait].wall_ns - waits.begin[wait].wall_ns},
      {"begin_ns", waits.begin[wait].wall_ns},
      {"waiter",
       {{"tid", view.recording.threads.tid[waits.thread[wait]]}, {"span_id", id_json(span_id)}}},
      {"holder",
       {{"tid", owner == 0 ? Json(nullptr) : Json(owner)},
        {"span_id", id_json(waits.owner_span_id[wait])}}}};
}

Json lock_json(const LocksView& view, const analysis::LockRow& row) {
  return {{"object", fmt::format("{:#x}", row.object)},
          {"operation", format::kOperationIds[static_cast<std::size_t>(row.operation)]},
          {"waits", row.waits},
          {"waiting_threads", row.waiting_threads},
          {"blocked_ns", row.blocked_ns},
          {"columns_ns", columns_json(row.ns)},
          {"longest", longest_json(view, row.longest_wait)},
          {"waiters", parties_json(view, row.waiters)},
          {"holders", parties_json(view, row.holders)},
          {"waited_in", functions_json(view, row.waited)},
          {"held_columns_ns", columns_json(row.held.ns)},
          {"held_in", functions_json(view, row.held.keys)}};
}

}  // namespace

std::string locks_json(const LocksView& view) {
  const analysis::ReadReport& report = view.recording.report;
  Json rows = Json::array();
  for (const analysis::LockRow& row : view.table.rows) rows.push_back(lock_json(view, row));
  const Json document = {{"schema", "plumbline.locks/1"},
                         {"recording", view.file},
                         {"locks", std::move(rows)},
                         {"blocked_ns", view.table.blocked_ns},
                         {"lock_category_ns", view.table.lock_ns},
                         {"sums_agree", view.sums_agree()},
                         {"notes", view.notes},
                         {"intact", report.intact},
                         {"damage", report.intact ? Json(nullptr) : Json(report.damage)}};
  return text_of(document);
}

}  // namespace plumbline::harness
