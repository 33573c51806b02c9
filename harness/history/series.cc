#include "harness/history/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "analysis/io/text_table.h"
#include "harness/statistics/intervals.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;

auto key_of(const HistoryFigure& row) {
  const ResultFigure& figure = row.figure;
  return std::tuple(row.result.name, row.result.machine, row.result.settings, figure.kind,
                    figure.scenario, figure.profiler, figure.endpoint, figure.figure, figure.unit);
}

std::vector<double> values_of(const Series& series) {
  std::vector<double> values;
  for (const HistoryFigure& row : series.figures) values.push_back(row.figure.value);
  return values;
}

// Means of the parts beside the change, up to the next changes or the ends.
std::pair<double, double> means_beside(const Series& series, std::size_t change) {
  const std::vector<double> values = values_of(series);
  const std::size_t at = series.changes[change].index;
  const std::size_t begin = change == 0 ? 0 : series.changes[change - 1].index;
  const std::size_t end =
      change + 1 < series.changes.size() ? series.changes[change + 1].index : values.size();
  const std::span<const double> all(values);
  return {mean(all.subspan(begin, at - begin)), mean(all.subspan(at, end - at))};
}

Json bound_json(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json point_json(const HistoryFigure& row) {
  return {{"id", row.result.id},
          {"started", row.result.started},
          {"git", row.result.git},
          {"value", row.figure.value},
          {"lo", bound_json(row.figure.lo)},
          {"hi", bound_json(row.figure.hi)},
          {"tolerance", bound_json(row.figure.tolerance)},
          {"verdict", row.figure.verdict}};
}

Json one_series_json(const Series& series) {
  const HistoryFigure& first = series.figures.front();
  Json json = {{"name", first.result.name},         {"machine", first.result.machine},
               {"settings", first.result.settings}, {"kind", first.figure.kind},
               {"scenario", first.figure.scenario}, {"profiler", first.figure.profiler},
               {"endpoint", first.figure.endpoint}, {"figure", first.figure.figure},
               {"unit", first.figure.unit},         {"points", Json::array()},
               {"changes", Json::array()}};
  for (const HistoryFigure& row : series.figures) json["points"].push_back(point_json(row));
  for (std::size_t i = 0; i < series.changes.size(); ++i) {
    const auto [before, after] = means_beside(series, i);
    json["changes"].push_back({{"index", series.changes[i].index},
                               {"p_value", series.changes[i].p_value},
                               {"before", before},
                               {"after", after}});
  }
  return json;
}

}  // namespace

std::vector<Series> series_of(std::vector<HistoryFigure> figures, const EDivisiveOptions& options) {
  std::vector<Series> all;
  std::map<decltype(key_of(figures.front())), std::size_t> places;
  for (HistoryFigure& row : figures) {
    const auto [place, is_new] = places.emplace(key_of(row), all.size());
    if (is_new) all.emplace_back();
    all[place->second].figures.push_back(std::move(row));
  }
  for (Series& series : all) {
    if (series.figures.size() > kMaxSeriesValues) {
      series.figures.erase(series.figures.begin(),
                           series.figures.end() - static_cast<std::ptrdiff_t>(kMaxSeriesValues));
    }
    series.changes = change_points(values_of(series), options);
  }
  return all;
}

Json series_json(const std::vector<Series>& series, double significance) {
  Json json = {{"schema", "plumbline.history-plot/1"},
               {"significance", significance},
               {"series", Json::array()}};
  for (const Series& each : series) json["series"].push_back(one_series_json(each));
  return json;
}

std::string changes_text(const std::vector<Series>& series, double significance) {
  io::TextTable table({{"since"},
                       {"git"},
                       {"scenario, profiler"},
                       {"figure"},
                       {"before", io::Align::kRight},
                       {"after", io::Align::kRight},
                       {"p", io::Align::kRight},
                       {"machine"}});
  std::vector<std::pair<std::string, std::vector<std::string>>> rows;  // by time
  std::size_t tested = 0;
  for (const Series& each : series) {
    tested += each.figures.size() >= 2 * EDivisiveOptions{}.least_values ? 1 : 0;
    for (std::size_t i = 0; i < each.changes.size(); ++i) {
      const auto [before, after] = means_beside(each, i);
      const HistoryFigure& row = each.figures[each.changes[i].index];
      const ResultFigure& figure = row.figure;
      rows.push_back({row.result.started,
                      {row.result.started, row.result.git, figure.scenario + ", " + figure.profiler,
                       fmt::format("{}{}{} ({})", figure.endpoint,
                                   figure.endpoint.empty() ? "" : " ", figure.figure, figure.unit),
                       fmt::format("{:+.3f}", before), fmt::format("{:+.3f}", after),
                       fmt::format("{:.3f}", each.changes[i].p_value), row.result.machine}});
    }
  }
  std::ranges::stable_sort(rows, {}, [](const auto& row) { return row.first; });
  for (auto& [time, row] : rows) table.add_row(std::move(row));
  return (rows.empty() ? "" : table.text() + "\n") +
         fmt::format(
             "{} changes in {} series of 6 values or more ({} in all); by chance at most {:g} "
             "of 100 series show one\n",
             rows.size(), tested, series.size(), 100 * significance);
}

}  // namespace plumbline::harness
