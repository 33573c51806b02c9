#include "harness/results/confusion_table.h"

#include <algorithm>

#include "profiler/format/category.h"

namespace plumbline::harness {
namespace {

constexpr std::string_view kNone = "none";

// In the order in which categories always stand, then by name; "none" is last.
std::size_t place_of(std::string_view name) {
  const auto found = std::find(format::kCategoryIds.begin(), format::kCategoryIds.end(), name);
  const auto place = static_cast<std::size_t>(found - format::kCategoryIds.begin());
  return name == kNone ? place + 1 : place;
}

std::size_t index_in(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  if (names.size() == kMaxConfusionCategories) return names.size();
  names.push_back(name);
  return names.size() - 1;
}

void sort_names(std::vector<std::string>& names) {
  std::stable_sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return place_of(a) < place_of(b);
  });
}

std::optional<double> percent(double part, double whole) {
  if (!(whole > 0)) return std::nullopt;
  return 100 * part / whole;
}

}  // namespace

std::optional<double> ConfusionTable::recall_pct(std::string_view category) const {
  double agreed = 0, all = 0;
  for (std::size_t row = 0; row < truth.size(); ++row) {
    if (truth[row] != category) continue;
    for (std::size_t column = 0; column < reported.size(); ++column) {
      all += ns[row][column];
      if (reported[column] == category) agreed += ns[row][column];
    }
  }
  return percent(agreed, all);
}

std::optional<double> ConfusionTable::precision_pct(std::string_view category) const {
  double agreed = 0, all = 0;
  for (std::size_t column = 0; column < reported.size(); ++column) {
    if (reported[column] != category) continue;
    for (std::size_t row = 0; row < truth.size(); ++row) {
      all += ns[row][column];
      if (truth[row] == category) agreed += ns[row][column];
    }
  }
  return percent(agreed, all);
}

ConfusionTable confusion_table(const Results& results, std::string_view scenario,
                               std::string_view profiler) {
  ConfusionTable table;
  const auto is_meant = [&](const ConfusionRow& row) {
    return row.scenario == scenario && row.profiler == profiler;
  };
  for (const ConfusionRow& row : results.confusion) {
    if (!is_meant(row)) continue;
    index_in(table.truth, row.true_category);
    index_in(table.reported, row.reported_category);
  }
  sort_names(table.truth);
  sort_names(table.reported);
  table.ns.assign(table.truth.size(), std::vector<double>(table.reported.size(), 0));
  for (const ConfusionRow& row : results.confusion) {
    if (!is_meant(row)) continue;
    const std::size_t truth = index_in(table.truth, row.true_category);
    const std::size_t reported = index_in(table.reported, row.reported_category);
    if (truth < table.truth.size() && reported < table.reported.size()) {
      table.ns[truth][reported] += row.ns;
    }
  }
  return table;
}

}  // namespace plumbline::harness
