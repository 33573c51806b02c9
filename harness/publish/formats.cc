#include "harness/publish/formats.h"

#include <array>

namespace plumbline::harness::publish {

std::span<const Format> formats() {
  static constexpr std::array<Format, 10> kFormats = {{
      {"markdown", "for people: job summaries, merge requests", write_markdown},
      {"junit", "test reports of CI systems", write_junit},
      {"csv", "spreadsheets, one line for each cell", write_csv},
      {"csv-functions", "one line for each function share", write_csv_functions},
      {"csv-confusion", "one line for each true and reported category", write_csv_confusion},
      {"csv-links", "one line for each scenario: right, wrong, lost, invented", write_csv_links},
      {"csv-assertions", "one line for each thing that must not be", write_csv_assertions},
      {"gbench", "Google Benchmark JSON: compare.py", write_google_benchmark},
      {"bmf", "Bencher Metric Format", write_bencher},
      {"github-benchmark", "github-action-benchmark, customSmallerIsBetter",
       write_github_benchmark},
  }};
  return kFormats;
}

std::string text_of(const Format& format, const Results& results) {
  std::string text;
  format.write(results, [&](std::string_view part) { text += part; });
  return text;
}

}  // namespace plumbline::harness::publish
