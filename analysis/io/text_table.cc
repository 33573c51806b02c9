#include "analysis/io/text_table.h"

#include <algorithm>
#include <utility>

#include "analysis/io/terminal_text.h"

namespace plumbline::io {

namespace {

constexpr std::string_view kBetweenColumns = "  ";

std::string_view sequence_of(Emphasis emphasis) {
  switch (emphasis) {
    case Emphasis::kNone:
      return "";
    case Emphasis::kBold:
      return "\x1b[1m";
    case Emphasis::kGood:
      return "\x1b[32m";
    case Emphasis::kBad:
      return "\x1b[31m";
    case Emphasis::kFaint:
      return "\x1b[2m";
  }
  return "";
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {
  Row titles{{}, Emphasis::kBold};
  for (Column& column : columns_) {
    titles.cells.push_back(terminal_safe(column.title));
    widths_.push_back(terminal_width(titles.cells.back()));
  }
  rows_.push_back(std::move(titles));
  add_rule();
}

void TextTable::add_row(std::vector<std::string> cells, Emphasis emphasis) {
  cells.resize(columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = terminal_safe(cells[i]);
    widths_[i] = std::max(widths_[i], terminal_width(cells[i]));
  }
  rows_.push_back({std::move(cells), emphasis});
}

void TextTable::add_rule() { rows_.push_back({{}, Emphasis::kNone}); }

std::string TextTable::line(const Row& row, bool coloured) const {
  std::string line;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) line += kBetweenColumns;
    if (row.cells.empty()) {
      line.append(widths_[i], '-');
      continue;
    }
    const std::size_t gap = widths_[i] - terminal_width(row.cells[i]);
    if (columns_[i].align == Align::kRight) line.append(gap, ' ');
    line += row.cells[i];
    if (columns_[i].align == Align::kLeft) line.append(gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  const std::string_view sequence = coloured ? sequence_of(row.emphasis) : "";
  if (!sequence.empty()) line = std::string(sequence) + line + "\x1b[0m";
  return line;
}

std::string TextTable::text(bool coloured) const {
  std::string text;
  for (const Row& row : rows_) text += line(row, coloured) + '\n';
  return text;
}

}  // namespace plumbline::io
