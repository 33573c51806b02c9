// Gate files, right and wrong in every field, with what the reader says of each:
// gate_schema_test.py holds the schema against them.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/io/error.h"
#include "harness/gate/gate_file.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;

Json whole_gate() {
  return Json::parse(R"({
    "schema": "plumbline.gate/1", "comment": "x", "vacuous_percent": 10,
    "tolerances": [{"comment": "x", "scenario": "*", "endpoint": "x", "category": "lock",
                    "percent": 2, "ms": 1, "wall_percent": 1, "us_per_event": 1, "gates": true}],
    "zero_truth": [{"comment": "x", "scenario": "*", "endpoint": "x", "category": "file", "ms": 1,
                    "wall_percent": 1, "gates": true}],
    "functions": [{"comment": "x", "scenario": "*", "endpoint": "x", "function": "*", "points": 1,
                   "gates": false}],
    "links": [{"comment": "x", "scenario": "*", "wrong_percent": 1, "none_percent": 1,
               "invented_percent": 1, "gates": true}],
    "conservation": [{"comment": "x", "scenario": "*", "residual_wall_percent": 1, "gates": true,
                      "residual_us_per_wait": 1, "other_wall_percent": 1}],
    "never": [{"comment": "x", "scenario": "*", "endpoint": "*", "function": "x", "gates": true,
               "max_share_percent": 0, "evidence": 5}],
    "losses": [{"comment": "x", "scenario": "*", "cause": "waits.*", "at_most": 0,
                "gates": true}]})");
}

std::vector<Json> other_values() {
  return {nullptr,
          -1,
          0,
          "",
          "\x1b",
          std::string(5000, 'x'),
          Json::array(),
          Json::object(),
          true,
          1e16,
          "other",
          "residual",
          "disk"};
}

class Cases {
 public:
  void add_all() {
    add(whole_gate());
    const Json whole = whole_gate();
    for (const auto& [key, value] : whole.items()) {
      add_variants("/" + key);
      if (!value.is_array()) continue;
      for (const auto& [field, ignored] : value[0].items()) add_variants("/" + key + "/0/" + field);
      add_variants("/" + key + "/0/unknown");
    }
    add_variants("/unknown");
  }
  void write(const char* file) const { std::ofstream(file) << cases_.dump(1) << "\n"; }
  std::size_t taken() const { return taken_; }
  std::size_t all() const { return cases_.size(); }

 private:
  void add_variants(const std::string& pointer) {
    const Json::json_pointer place(pointer);
    for (const Json& value : other_values()) {
      Json gate = whole_gate();
      gate[place] = value;
      add(gate);
    }
    Json gate = whole_gate();
    gate[place.parent_pointer()].erase(place.back());
    add(gate);
  }

  void add(const Json& gate) {
    bool takes = true;
    try {
      gate_from_json(gate.dump(), "g.json");
    } catch (const io::InputError&) {
      takes = false;
    }
    taken_ += takes ? 1 : 0;
    cases_.push_back({{"gate", gate}, {"taken", takes}});
  }

  Json cases_ = Json::array();
  std::size_t taken_ = 0;
};

TEST(GateSchema, LeavesItsCasesForTheSchemaCheck) {
  Cases cases;
  cases.add_all();
  cases.write("gates_for_schema_check.json");
  EXPECT_GT(cases.all(), 500u);
  EXPECT_GT(cases.taken(), 50u);
  EXPECT_LT(cases.taken(), cases.all() / 2);
}

}  // namespace
}  // namespace plumbline::harness
