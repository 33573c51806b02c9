// The sections of a document, each read row by row (read_rows.h).
#include "harness/results/results_reader.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>
#include <system_error>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "harness/results/read_rows.h"
#include "harness/results/results_document.h"
#include "harness/results/row_fields.h"

namespace plumbline::harness {
namespace {

constexpr std::string_view kSchema = "plumbline.results/1";

// Gathers the rows of a document as they come.
class Gathering {
 public:
  explicit Gathering(const std::filesystem::path& file) : file_(file) {}

  void take(const ResultsRow& row, const nlohmann::json& value) {
    if (row.section == "schema") return check_schema(row, value);
    const auto known = sections().find(row.section);
    if (known == sections().end()) return;
    if (known->second.array != row.element) {
      fail(row.section, known->second.array ? "expected an array" : "expected an object");
    }
    known->second.read(RowFields(file_, row.place, value), results_);
    if (row.section == "runs") count_notes(row, results_.runs.back());
  }

  // `sections`: all that the document has; an array without rows called take() for none.
  Results finish(const std::map<std::string, bool>& sections_found) {
    if (!sections_found.contains("schema")) fail("schema", "is missing: this is no result");
    for (const auto& [section, known] : sections()) {
      const auto found = sections_found.find(section);
      if (known.optional && found == sections_found.end()) continue;
      if (found == sections_found.end()) fail(section, "is missing");
      if (found->second && !known.array) fail(section, "expected an object");
    }
    return std::move(results_);
  }

 private:
  struct Section {
    bool array;
    std::function<void(const RowFields&, Results&)> read;
    bool optional = false;  // of a later version 1, or where there was nothing to say
  };

  template <typename Row>
  static Section rows(std::vector<Row> Results::*table, Row (*read)(const RowFields&),
                      bool optional = false) {
    return {true,
            [table, read](const RowFields& fields, Results& results) {
              (results.*table).push_back(read(fields));
            },
            optional};
  }

  static const std::map<std::string, Section, std::less<>>& sections() {
    static const std::map<std::string, Section, std::less<>> kSections = {
        {"environment",
         {false, [](const RowFields& fields,
                    Results& results) { results.environment = environment_of(fields); }}},
        {"provenance",
         {false,
          [](const RowFields& fields, Results& results) {
            results.provenance = provenance_of(fields);
          },
          true}},
        {"runs", rows(&Results::runs, run_of)},
        {"cells", rows(&Results::cells, cell_of)},
        {"functions", rows(&Results::functions, function_of)},
        {"links", rows(&Results::links, link_of)},
        {"conservation", rows(&Results::conservation, conservation_of)},
        {"confusion", rows(&Results::confusion, confusion_of)},
        {"sweeps", rows(&Results::sweeps, sweep_of)},
        {"overhead", rows(&Results::overhead, overhead_of)},
        {"profilers", rows(&Results::profilers, profiler_of, true)},
        {"standings", rows(&Results::standings, standing_of, true)},
        {"oracle", rows(&Results::oracle, oracle_of, true)},
        {"assertions", rows(&Results::assertions, assertion_of, true)},
        {"gate",
         {false,
          [](const RowFields& fields, Results& results) { results.gate = gate_use_of(fields); },
          true}},
        {"summary", {false, [](const RowFields& fields, Results& results) {
                       results.summary = summary_of_json(fields);
                     }}}};
    return kSections;
  }

  [[noreturn]] void fail(const std::string& section, const std::string& what) const {
    throw io::InputError(fmt::format("{}: {}: {}", file_.string(), section, what));
  }

  void count_notes(const ResultsRow& row, const RunRow& run) {
    notes_ += run.reasons.size() + run.losses.size();
    if (notes_ > kMaxResultNotes) {
      fail(row.place, fmt::format("more than {} reasons and losses in all runs", kMaxResultNotes));
    }
  }

  void check_schema(const ResultsRow& row, const nlohmann::json& value) const {
    constexpr std::size_t kMaxShownBytes = 60;
    if (value == kSchema && !row.element) return;
    const std::string found =
        value.is_string() ? value.get_ref<const std::string&>() : value.type_name();
    fail("schema", fmt::format("expected {}, found {}; use the plumbline that wrote it", kSchema,
                               found.substr(0, kMaxShownBytes)));
  }

  const std::filesystem::path& file_;
  Results results_;
  std::size_t notes_ = 0;
};

}  // namespace

Results results_from_json(std::string_view text, const std::filesystem::path& file) {
  Gathering gathering(file);
  return gathering.finish(read_results_document(
      text, file,
      [&](const ResultsRow& row, const nlohmann::json& value) { gathering.take(row, value); }));
}

Results read_results(const std::filesystem::path& path) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  const std::filesystem::path file = folder ? path / "results.json" : path;
  const io::MappedFile mapped(file);  // its size is known before a byte of it is read
  if (mapped.text().size() > kMaxResultsBytes) {
    throw io::InputError(fmt::format("{}: has {} bytes; results of more than {} are not read",
                                     file.string(), mapped.text().size(), kMaxResultsBytes));
  }
  return results_from_json(mapped.text(), file);
}

}  // namespace plumbline::harness
