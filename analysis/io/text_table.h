// A table with aligned columns, for people.
//
// Used by every command that prints. Cells may hold any text: it is made safe for the terminal
// here, once, so that no command can forget it.
// Thread rule: one thread. Failure: none; a short row is filled up, a long one is cut.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::io {

enum class Align { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
};

// How a row stands out where colour is wanted. Plain text otherwise.
enum class Emphasis { kNone, kBold, kGood, kBad, kFaint };

class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns);

  void add_row(std::vector<std::string> cells, Emphasis emphasis = Emphasis::kNone);
  void add_rule();  // a line across, for example above totals

  // Title line, rule, rows; each line ends with '\n' and no line with spaces. With `coloured`,
  // emphasis becomes ANSI sequences (ask colour_wanted()).
  std::string text(bool coloured = false) const;

 private:
  struct Row {
    std::vector<std::string> cells;  // safe; empty: a rule
    Emphasis emphasis;
  };

  std::string line(const Row& row, bool coloured) const;

  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<Row> rows_;
};

}  // namespace plumbline::io
