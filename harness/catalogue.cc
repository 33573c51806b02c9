#include "harness/catalogue.h"

#include <algorithm>
#include <set>

#include "analysis/io/mapped_file.h"
#include "workloads/json_field.h"

namespace plumbline::harness {
namespace {

using workloads::JsonField;

constexpr std::size_t kMaxRows = 1000;
constexpr std::size_t kMaxTextBytes = 500;

FailureMode read_mode(const JsonField& json, std::int64_t row) {
  json.allow_only({"row", "mode", "fails", "source", "scenarios", "why_not"});
  FailureMode mode;
  mode.row = json["row"].integer(row, row);
  mode.mode = json["mode"].text(kMaxTextBytes);
  mode.fails = json["fails"].text(kMaxTextBytes);
  mode.source = json["source"].text(kMaxTextBytes);
  if (json["scenarios"].present() == json["why_not"].present()) {
    json.expected("either scenarios or why_not in it");
  }
  if (json["why_not"].present()) {
    mode.why_not = json["why_not"].text(kMaxTextBytes);
  } else {
    for (const JsonField& name : json["scenarios"].elements(kMaxRows)) {
      mode.scenarios.push_back(name.text(kMaxTextBytes));
    }
  }
  return mode;
}

Catch read_catch(const JsonField& json) {
  json.allow_only({"scenario", "faults", "peer"});
  if (!json["faults"].present() && !json["peer"].present()) {
    json.expected("faults or a peer in it");
  }
  Catch caught;
  caught.scenario = json["scenario"].text(kMaxTextBytes);
  if (json["faults"].present()) {
    for (const JsonField& name : json["faults"].elements(kMaxRows)) {
      caught.faults.push_back(name.text(kMaxTextBytes));
    }
  }
  if (json["peer"].present()) caught.peer = json["peer"].text(kMaxTextBytes);
  return caught;
}

}  // namespace

Catalogue read_catalogue(const std::filesystem::path& file) {
  const io::MappedFile mapped(file);
  const nlohmann::json document = workloads::parse_json(mapped.text(), file);
  const JsonField root(file, document);
  root.allow_only({"failure_modes", "catches"});
  Catalogue catalogue;
  for (const JsonField& element : root["failure_modes"].elements(kMaxRows)) {
    catalogue.modes.push_back(
        read_mode(element, static_cast<std::int64_t>(catalogue.modes.size()) + 1));
  }
  std::set<std::string> known;
  for (const JsonField& element : root["catches"].elements(kMaxRows)) {
    catalogue.catches.push_back(read_catch(element));
    if (!known.insert(catalogue.catches.back().scenario).second) {
      element["scenario"].expected("a scenario that stands here once");
    }
  }
  return catalogue;
}

std::vector<const FailureMode*> Catalogue::modes_of(const std::string& scenario) const {
  std::vector<const FailureMode*> shown;
  for (const FailureMode& mode : modes) {
    const auto& names = mode.scenarios;
    if (std::find(names.begin(), names.end(), scenario) != names.end()) shown.push_back(&mode);
  }
  return shown;
}

const Catch* Catalogue::catch_of(const std::string& scenario) const {
  const auto found = std::find_if(catches.begin(), catches.end(),
                                  [&](const Catch& caught) { return caught.scenario == scenario; });
  return found == catches.end() ? nullptr : &*found;
}

}  // namespace plumbline::harness
