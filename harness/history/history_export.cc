#include "harness/history/history_export.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/io/text_table.h"
#include "harness/publish/csv_fields.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;
using publish::csv_figure;
using publish::csv_name;

Json number_or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

std::string history_csv(const std::vector<HistoryFigure>& figures) {
  std::string text =
      "started,result,name,machine,settings,git,version,kind,scenario,profiler,endpoint,figure,"
      "unit,"
      "value,ci95_lo,ci95_hi,tolerance,verdict\r\n";
  for (const auto& [result, figure] : figures) {
    for (const std::string& name :
         {result.started, result.id, result.name, result.machine, result.settings, result.git,
          result.version, figure.kind, figure.scenario, figure.profiler, figure.endpoint,
          figure.figure, figure.unit}) {
      text += csv_name(name) + ",";
    }
    text +=
        fmt::format("{},{},{},{},{}\r\n", csv_figure(figure.value), csv_figure(figure.lo),
                    csv_figure(figure.hi), csv_figure(figure.tolerance), csv_name(figure.verdict));
  }
  return text;
}

Json history_json(const std::vector<HistoryFigure>& figures) {
  Json json = Json::array();
  for (const auto& [result, figure] : figures) {
    json.push_back({{"started", result.started},
                    {"result", result.id},
                    {"name", result.name},
                    {"machine", result.machine},
                    {"settings", result.settings},
                    {"git", result.git},
                    {"version", result.version},
                    {"kind", figure.kind},
                    {"scenario", figure.scenario},
                    {"profiler", figure.profiler},
                    {"endpoint", figure.endpoint},
                    {"figure", figure.figure},
                    {"unit", figure.unit},
                    {"value", figure.value},
                    {"lo", number_or_null(figure.lo)},
                    {"hi", number_or_null(figure.hi)},
                    {"tolerance", number_or_null(figure.tolerance)},
                    {"verdict", figure.verdict}});
  }
  return json;
}

std::string entries_text(const std::vector<HistoryEntry>& entries) {
  io::TextTable table({{"started"},
                       {"experiment"},
                       {"git"},
                       {"answer"},
                       {"pass", io::Align::kRight},
                       {"fail", io::Align::kRight},
                       {"open", io::Align::kRight},
                       {"figures", io::Align::kRight},
                       {"machine"},
                       {"result"}});
  for (const HistoryEntry& entry : entries) {
    table.add_row({entry.started, entry.name, entry.git,
                   std::string(headline(static_cast<int>(entry.exit_code))),
                   std::to_string(entry.pass), std::to_string(entry.fail),
                   std::to_string(entry.inconclusive), std::to_string(entry.figures), entry.machine,
                   entry.id});
  }
  return table.text() + fmt::format("{} results\n", entries.size());
}

Json entries_json(const std::vector<HistoryEntry>& entries) {
  Json json = Json::array();
  for (const HistoryEntry& entry : entries) {
    json.push_back({{"result", entry.id},
                    {"started", entry.started},
                    {"name", entry.name},
                    {"machine", entry.machine},
                    {"settings", entry.settings},
                    {"git", entry.git},
                    {"version", entry.version},
                    {"cpu_model", entry.cpu_model},
                    {"kernel", entry.kernel},
                    {"cpus", entry.cpus},
                    {"exit_code", entry.exit_code},
                    {"reason", entry.reason},
                    {"pass", entry.pass},
                    {"fail", entry.fail},
                    {"inconclusive", entry.inconclusive},
                    {"figures", entry.figures}});
  }
  return json;
}

}  // namespace plumbline::harness
