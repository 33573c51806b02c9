#include "harness/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <system_error>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "workloads/json_field.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::json;
using workloads::JsonField;

constexpr std::size_t kMaxPoints = 100;
constexpr std::size_t kMaxTextBytes = 200;
constexpr std::string_view kFunctions = "functions";

// The scenario of one point: `base` with the values of `set` in it.
workloads::Spec spec_of(Json base, const Json& point, const std::filesystem::path& file) {
  const std::string name =
      fmt::format("{}@{:g}", base.value("name", ""), point.at("value").get<double>());
  try {
    for (const auto& [pointer, value] : point.at("set").items()) {
      base.at(Json::json_pointer(pointer)) = value;  // throws where nothing is
    }
  } catch (const Json::exception& error) {
    throw io::InputError(fmt::format("{}: {}: expected pointers to what is in the scenario: {}",
                                     file.string(), name, error.what()));
  }
  base["name"] = name;
  return workloads::parse_spec(base.dump(), file);
}

// Complains with the path of what is wrong; returns the number of the figure.
std::size_t check(const JsonField& root) {
  root.allow_only({"parameter", "endpoint", "figure", "points", "scenario"});
  root["parameter"].text(kMaxTextBytes);
  root["endpoint"].text(kMaxTextBytes);
  for (const JsonField& point : root["points"].elements(kMaxPoints)) {
    point.allow_only({"value", "set"});
    if (!point["value"].is_number()) point["value"].expected("a number");
    if (!point["set"].is_object()) point["set"].expected("an object of JSON pointers and values");
  }
  if (!root["scenario"].is_object()) root["scenario"].expected("a scenario");
  std::vector<std::string_view> figures(format::kCategoryIds.begin(), format::kCategoryIds.end());
  figures.push_back(kFunctions);
  return root["figure"].choice(figures);
}

void check_endpoint(const Sweep& sweep, const std::filesystem::path& file) {
  for (const SweepPoint& point : sweep.points) {
    const auto& endpoints = point.spec.endpoints;
    if (std::ranges::find(endpoints, sweep.endpoint, &workloads::Endpoint::name) ==
        endpoints.end()) {
      throw io::InputError(fmt::format("{}: endpoint: {} has no endpoint {}", file.string(),
                                       point.spec.name, sweep.endpoint));
    }
  }
}

}  // namespace

Sweep read_sweep(const std::filesystem::path& file) {
  const io::MappedFile mapped(file);
  const Json document = workloads::parse_json(mapped.text(), file);
  const JsonField root(file, document);
  const std::size_t figure = check(root);
  Sweep sweep;
  sweep.parameter = root["parameter"].text(kMaxTextBytes);
  sweep.endpoint = root["endpoint"].text(kMaxTextBytes);
  if (figure < format::kCategoryIds.size()) sweep.category = static_cast<format::Category>(figure);
  const workloads::Spec base = workloads::parse_spec(document["scenario"].dump(), file);
  sweep.name = base.name;
  sweep.description = base.description;
  for (const Json& point : document["points"]) {
    sweep.points.push_back(
        {point["value"].get<double>(), spec_of(document["scenario"], point, file)});
  }
  check_endpoint(sweep, file);
  return sweep;
}

std::vector<Sweep> installed_sweeps(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<Sweep> sweeps;
  for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
    if (file.path().extension() == ".json") sweeps.push_back(read_sweep(file.path()));
  }
  std::ranges::sort(sweeps, {}, &Sweep::name);
  return sweeps;
}

}  // namespace plumbline::harness
