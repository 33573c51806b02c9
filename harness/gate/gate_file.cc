#include "harness/gate/gate_file.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <initializer_list>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "workloads/json_field.h"

namespace plumbline::harness {
namespace {

using workloads::JsonField;

constexpr std::string_view kSchema = "plumbline.gate/1";
constexpr std::size_t kMaxPatternBytes = 1000;
constexpr std::size_t kMaxCommentBytes = 4000;
constexpr std::int64_t kMaxExpressionMemory = 1 << 20;
constexpr double kMost = 1e9;

std::string text_if_any(const JsonField& field) {
  return field.present() ? field.text(kMaxPatternBytes) : "";
}

double number_if_any(const JsonField& field) {
  return field.present() ? field.number(0, kMost) : 0;
}

void check_comment(const JsonField& object) {
  if (object["comment"].present()) object["comment"].text(kMaxCommentBytes);
}

// One list of entries: the keys that all have, and the place of each.
class Entries {
 public:
  explicit Entries(const JsonField& document) : document_(document) {}

  template <typename AnyRule, typename Read>
  void read(const char* list, std::vector<AnyRule>& rules, const Read& read) const {
    const JsonField field = document_[list];
    if (!field.present() || field.is_empty_array()) return;
    const std::vector<JsonField> entries = field.elements(kMaxGateEntries);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      AnyRule rule;
      rule.place = fmt::format("{}[{}]", list, i);
      rule.rows.scenario = text_if_any(entries[i]["scenario"]);
      rule.gates = !entries[i]["gates"].present() || entries[i]["gates"].boolean();
      check_comment(entries[i]);
      read(entries[i], rule);
      rules.push_back(std::move(rule));
    }
  }

 private:
  const JsonField& document_;
};

// An entry that names no limit would let nothing pass, which nobody means.
void needs_one_of(const JsonField& entry, std::initializer_list<std::string_view> keys) {
  std::string names;
  for (const std::string_view key : keys) {
    if (entry[key].present()) return;
    names += (names.empty() ? "" : ", ") + std::string(key);
  }
  entry.expected("one of " + names + " in it");
}

void read_category(const JsonField& field, Selector& rows) {
  if (!field.present()) return;
  static constexpr std::array<std::string_view, 8> kIds = {
      "cpu", "lock", "sync", "file", "socket", "runqueue", "other", "residual"};
  rows.what = kIds[field.choice(kIds)];
}

void read_cell(const JsonField& entry, CellRule& rule) {
  entry.allow_only({"comment", "scenario", "endpoint", "category", "gates", "percent", "ms",
                    "wall_percent", "us_per_event"});
  needs_one_of(entry, {"percent", "ms", "wall_percent", "us_per_event"});
  rule.rows.endpoint = text_if_any(entry["endpoint"]);
  read_category(entry["category"], rule.rows);
  rule.limit = {number_if_any(entry["percent"]), number_if_any(entry["us_per_event"]),
                number_if_any(entry["ms"]), number_if_any(entry["wall_percent"])};
}

void read_zero_truth(const JsonField& entry, CellRule& rule) {
  entry.allow_only({"comment", "scenario", "endpoint", "category", "gates", "ms", "wall_percent"});
  needs_one_of(entry, {"ms", "wall_percent"});
  rule.rows.endpoint = text_if_any(entry["endpoint"]);
  read_category(entry["category"], rule.rows);
  if (rule.rows.what == "other" || rule.rows.what == "residual") {
    entry["category"].expected("another category: this one is judged by tolerances always");
  }
  rule.limit.ms = number_if_any(entry["ms"]);
  rule.limit.wall_percent = number_if_any(entry["wall_percent"]);
}

void read_function(const JsonField& entry, FunctionRule& rule) {
  entry.allow_only({"comment", "scenario", "endpoint", "function", "gates", "points"});
  rule.rows.endpoint = text_if_any(entry["endpoint"]);
  rule.rows.what = text_if_any(entry["function"]);
  rule.points = entry["points"].number(1e-3, 100);
}

void read_link(const JsonField& entry, LinkRule& rule) {
  entry.allow_only(
      {"comment", "scenario", "gates", "wrong_percent", "none_percent", "invented_percent"});
  rule.wrong_percent = entry["wrong_percent"].number(0, 100);
  rule.none_percent = entry["none_percent"].number(0, 100);
  if (entry["invented_percent"].present()) {
    rule.invented_percent = entry["invented_percent"].number(0, kMost);
  }
}

void read_conservation(const JsonField& entry, ConservationRule& rule) {
  entry.allow_only({"comment", "scenario", "gates", "residual_wall_percent", "residual_us_per_wait",
                    "other_wall_percent"});
  rule.residual.wall_percent = entry["residual_wall_percent"].number(0, 100);
  rule.residual.us_per_event = entry["residual_us_per_wait"].number(0, kMost);
  rule.other_wall_percent = entry["other_wall_percent"].number(0, 100);
}

void read_absence(const JsonField& entry, AbsenceRule& rule) {
  entry.allow_only(
      {"comment", "scenario", "endpoint", "function", "gates", "max_share_percent", "evidence"});
  rule.rows.endpoint = entry["endpoint"].text(kMaxPatternBytes);
  rule.function = entry["function"].text(kMaxPatternBytes);
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxExpressionMemory);
  const auto expression = std::make_shared<RE2>(rule.function, options);
  if (!expression->ok()) {
    entry["function"].expected("a regular expression as RE2 has them (" + expression->error() +
                               ")");
  }
  rule.expression = expression;
  if (entry["max_share_percent"].present()) {
    rule.max_share_percent = entry["max_share_percent"].number(0, 100);
  }
  if (entry["evidence"].present()) rule.evidence = entry["evidence"].integer(1, 1'000'000'000);
}

void read_loss(const JsonField& entry, LossRule& rule) {
  entry.allow_only({"comment", "scenario", "cause", "gates", "at_most"});
  rule.rows.what = entry["cause"].text(kMaxPatternBytes);
  rule.at_most = entry["at_most"].integer(0, 1'000'000'000'000'000);
}

nlohmann::ordered_json cell_json(const CellRule& rule) {
  nlohmann::ordered_json json;
  if (!rule.rows.what.empty()) json["category"] = rule.rows.what;
  const auto add = [&](const char* key, double value) {
    if (value > 0) json[key] = value;
  };
  add("percent", rule.limit.percent);
  add("us_per_event", rule.limit.us_per_event);
  add("ms", rule.limit.ms);
  add("wall_percent", rule.limit.wall_percent);
  return json;
}

template <typename AnyRule>
nlohmann::ordered_json cells_json(const std::vector<AnyRule>& rules) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const AnyRule& rule : rules) list.push_back(cell_json(rule));
  return list;
}

}  // namespace

Gate gate_from_json(std::string_view text, const std::filesystem::path& file) {
  const nlohmann::json document = workloads::parse_json(text, file);
  const JsonField root(file, document);
  root.allow_only({"schema", "comment", "vacuous_percent", "tolerances", "zero_truth", "functions",
                   "links", "conservation", "never", "losses"});
  root["schema"].choice({kSchema});
  Gate gate;
  gate.file = file.string();
  check_comment(root);
  if (root["comment"].present()) gate.comment = root["comment"].text(kMaxCommentBytes);
  if (root["vacuous_percent"].present()) {
    gate.tolerances.vacuous_pct = root["vacuous_percent"].number(0, 100);
  }
  const Entries entries(root);
  entries.read("tolerances", gate.cells, read_cell);
  entries.read("zero_truth", gate.zero_truth, read_zero_truth);
  entries.read("functions", gate.functions, read_function);
  entries.read("links", gate.links, read_link);
  entries.read("conservation", gate.conservation, read_conservation);
  entries.read("never", gate.never, read_absence);
  entries.read("losses", gate.losses, read_loss);
  return gate;
}

Gate read_gate(const std::filesystem::path& file) {
  const io::MappedFile mapped(file);  // its size is known before a byte of it is read
  if (mapped.text().size() > kMaxGateBytes) {
    throw io::InputError(fmt::format("{}: has {} bytes; a gate file has {} at most; remove entries",
                                     file.string(), mapped.text().size(), kMaxGateBytes));
  }
  return gate_from_json(mapped.text(), file);
}

std::string default_gate_text() {
  const Gate gate;
  const LinkRule& link = gate.links.front();
  const ConservationRule& balance = gate.conservation.front();
  const nlohmann::ordered_json json = {
      {"schema", kSchema},
      {"comment",
       "The default gate. A tolerance is the largest of what its entry names: percent of the "
       "truth, ms, wall_percent of the endpoint, us_per_event for each edge (cpu) or blocked "
       "wait."},
      {"vacuous_percent", gate.tolerances.vacuous_pct},
      {"tolerances", cells_json(gate.cells)},
      {"zero_truth", cells_json(gate.zero_truth)},
      {"functions", {{{"gates", false}, {"points", gate.functions.front().points}}}},
      {"links", {{{"wrong_percent", link.wrong_percent}, {"none_percent", link.none_percent}}}},
      {"conservation",
       {{{"residual_wall_percent", balance.residual.wall_percent},
         {"residual_us_per_wait", balance.residual.us_per_event},
         {"other_wall_percent", balance.other_wall_percent}}}},
      {"never", nlohmann::ordered_json::array()},
      {"losses", nlohmann::ordered_json::array()}};
  return json.dump(2) + "\n";
}

}  // namespace plumbline::harness
