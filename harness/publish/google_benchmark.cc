// Google Benchmark JSON, as its tools/compare.py reads it: one entry for each cell and run, then
// mean, median and deviation of each cell that has two runs.
//
// "Time" is the distance of what was attributed from the truth, so that less is better, as the
// tools expect; there is no second measure, and cpu_time is the same. What the distance is of
// stands in counters. Cells that were skipped have no figure and are left out: an entry of 0 would
// read as a perfect one. The context counts them, and the assertions, which are no times.
#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/publish/json_text.h"
#include "harness/statistics/intervals.h"

namespace plumbline::harness::publish {
namespace {

using Json = nlohmann::ordered_json;

bool has_figures(const CellRow& row) {
  return row.verdict != Verdict::kSkipped && row.verdict != Verdict::kNotOffered &&
         !row.per_run.empty();
}

double distance_ns(const CellRun& run) {
  const double attributed = static_cast<double>(run.attributed_ns);
  return std::max({0.0, attributed - static_cast<double>(run.hi_ns),
                   static_cast<double>(run.lo_ns) - attributed});
}

Json context_of(const Results& results) {
  const Environment& environment = results.environment;
  const auto left_out = std::count_if(results.cells.begin(), results.cells.end(),
                                      [](const CellRow& row) { return !has_figures(row); });
  const auto broken =
      std::count_if(results.assertions.begin(), results.assertions.end(),
                    [](const AssertionRow& row) { return row.verdict == Verdict::kFail; });
  return {{"executable", "plumbline"},
          {"num_cpus", environment.cpus},
          {"load_avg", environment.loadavg},
          {"library_build_type", "release"},
          {"json_schema_version", 1},
          {"caches", Json::array()},
          {"plumbline_version", printable_name(environment.version)},
          {"kernel", printable_name(environment.kernel)},
          {"cpu_model", printable_name(environment.cpu_model)},
          {"exit_code", results.summary.exit_code},
          {"cells_left_out", left_out},
          {"assertions", results.assertions.size()},
          {"assertions_failed", broken}};
}

// The fields that all entries of a cell share, and their time.
Json entry(const CellRow& row, const std::string& name, const std::string& suffix,
           std::size_t family, double time_ns) {
  return {{"name", name + suffix},
          {"family_index", family},
          {"per_family_instance_index", 0},
          {"run_name", name},
          {"run_type", suffix.empty() ? "iteration" : "aggregate"},
          {"repetitions", row.per_run.size()},
          {"threads", 1},
          {"iterations", suffix.empty() ? 1 : row.per_run.size()},
          {"real_time", time_ns},
          {"cpu_time", time_ns},
          {"time_unit", "ns"}};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void add_runs(const CellRow& row, const std::string& name, std::size_t family, JsonList& list) {
  for (std::size_t i = 0; i < row.per_run.size(); ++i) {
    const CellRun& run = row.per_run[i];
    Json one = entry(row, name, "", family, distance_ns(run));
    one["repetition_index"] = i;
    one["truth_lo_ns"] = run.lo_ns;
    one["truth_hi_ns"] = run.hi_ns;
    one["attributed_ns"] = run.attributed_ns;
    one["tolerance_ns"] = row.tolerance_ns;
    one["label"] = name_of(row.verdict);
    list.add(one);
  }
}

void add_aggregates(const CellRow& row, const std::string& name, std::size_t family,
                    JsonList& list) {
  if (row.per_run.size() < 2) return;
  std::vector<double> distances;
  for (const CellRun& run : row.per_run) distances.push_back(distance_ns(run));
  const std::vector<std::pair<std::string, double>> aggregates = {
      {"mean", mean(distances)},
      {"median", median(distances)},
      {"stddev", standard_deviation(distances)}};
  for (const auto& [aggregate, value] : aggregates) {
    Json one = entry(row, name, "_" + aggregate, family, value);
    one["aggregate_name"] = aggregate;
    one["aggregate_unit"] = "time";
    one["label"] = name_of(row.verdict);
    list.add(one);
  }
}

}  // namespace

void write_google_benchmark(const Results& results, const TextSink& sink) {
  JsonList list(sink,
                "{\"context\": " + JsonList::text_of(context_of(results)) + ",\n\"benchmarks\": [");
  UniqueNames names;
  std::size_t family = 0;
  for (const CellRow& row : results.cells) {
    if (!has_figures(row)) continue;
    const std::string name =
        names.take(row_name(row.scenario, row.profiler, row.endpoint, row.category));
    add_runs(row, name, family, list);
    add_aggregates(row, name, family, list);
    ++family;
  }
  list.end("\n]}\n");
}

}  // namespace plumbline::harness::publish
