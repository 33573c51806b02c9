#include "harness/cli/time_cells.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <map>

namespace plumbline::harness {

namespace {

using Json = nlohmann::ordered_json;

std::string rounded(const char* zero, double value, int digits) {
  const bool is_zero = std::abs(value) < 0.5 * std::pow(10, -digits);
  return is_zero ? zero : fmt::format("{:.{}f}", value, digits);
}

}  // namespace

std::string milliseconds(std::int64_t ns) {
  return rounded("0.000", static_cast<double>(ns) / 1e6, 3);
}

std::string percent(std::int64_t part, std::int64_t whole) {
  if (part == 0 || whole == 0) return "-";
  return rounded("0.00", 100.0 * static_cast<double>(part) / static_cast<double>(whole), 2) + " %";
}

void add_time_columns(std::vector<io::Column>& columns) {
  for (const std::string_view id : format::kCategoryIds) {
    columns.push_back({std::string(id) + " ms", io::Align::kRight});
  }
  columns.push_back({"residual ms", io::Align::kRight});
}

void add_time_rows(io::TextTable& table, std::vector<std::string> cells,
                   const analysis::TimeParts& time, io::Emphasis emphasis) {
  const std::int64_t wall_ns = time.wall_ns();
  std::vector<std::string> percents(cells.size());
  for (const std::int64_t ns : time.category) {
    cells.push_back(milliseconds(ns));
    percents.push_back(percent(ns, wall_ns));
  }
  cells.push_back(milliseconds(time.residual_ns));
  percents.push_back(percent(time.residual_ns, wall_ns));
  table.add_row(std::move(cells), emphasis);
  table.add_row(std::move(percents), io::Emphasis::kFaint);
}

std::string reasons_text(const analysis::TimeParts& time) {
  std::multimap<std::int64_t, std::string_view, std::greater<>> reasons;
  for (std::size_t i = 0; i < time.other.size(); ++i) {
    if (time.other[i] != 0) reasons.emplace(time.other[i], format::kOtherReasonIds[i]);
  }
  std::string text;
  for (const auto& [ns, reason] : reasons) {
    text += fmt::format("{}{} {} ms", text.empty() ? "other: " : ", ", reason, milliseconds(ns));
  }
  return text.empty() ? text : text + "\n";
}

std::string damage_text(const analysis::ReadReport& report) {
  if (report.intact) return {};
  return fmt::format("DAMAGED {}; the last {} bytes of the file were not read\n", report.damage,
                     report.dropped_bytes);
}

Json time_json(const analysis::TimeParts& time) {
  return {{"wall_ns", time.wall_ns()},
          {"category_ns", by_name(time.category, format::kCategoryIds)},
          {"other_ns", by_name(time.other, format::kOtherReasonIds)},
          {"residual_ns", time.residual_ns}};
}

std::string text_of(const Json& document) {
  return document.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace plumbline::harness
