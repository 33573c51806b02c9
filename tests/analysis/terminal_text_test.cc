#include "analysis/io/terminal_text.h"

#include <gtest/gtest.h>

#include <string>

#include "analysis/io/text_table.h"

namespace plumbline::io {
namespace {

TEST(TerminalSafe, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(terminal_safe("GET /report/{id} \u00fc\u4e2d\U0001f600 a\\b"),
            "GET /report/{id} \u00fc\u4e2d\U0001f600 a\\b");
}

// Fault: an escape sequence in a span name retitles the window, or writes to the clipboard.
// Seen in: btop#1846, procs#951.
// Pass: no byte of a control, C1, DEL or bidi character in the output.
TEST(TerminalSafe, WritesControlsOut) {
  EXPECT_EQ(terminal_safe("\x1b]0;owned\x07"), "\\x1b]0;owned\\x07");
  EXPECT_EQ(terminal_safe("a\nb\tc\rd"), "a\\nb\\tc\\x0dd");
  EXPECT_EQ(terminal_safe(std::string("nul\0", 4)), "nul\\x00");
  EXPECT_EQ(terminal_safe("del\x7f"), "del\\x7f");
  EXPECT_EQ(terminal_safe("c1\u009b31m"), "c1\\u009b31m");
}

TEST(TerminalSafe, WritesOutWhatReordersOrHidesText) {
  EXPECT_EQ(terminal_safe("\u202egnp.exe"), "\\u202egnp.exe");
  EXPECT_EQ(terminal_safe("\u2066x\u2069"), "\\u2066x\\u2069");
  EXPECT_EQ(terminal_safe("a\u200bb"), "a\\u200bb");
  EXPECT_EQ(terminal_safe("\ufeff"), "\\ufeff");
  EXPECT_EQ(terminal_safe("\U000e0041"), "\\U000e0041");
}

TEST(TerminalSafe, WritesOutBytesThatAreNotUtf8) {
  EXPECT_EQ(terminal_safe("\xff"), "\\xff");
  EXPECT_EQ(terminal_safe("\x9b"
                          "31m"),
            "\\x9b31m");                                                 // a raw C1 byte
  EXPECT_EQ(terminal_safe("\xc0\x9b"), "\\xc0\\x9b");                    // overlong
  EXPECT_EQ(terminal_safe("\xe0\x80\x9b"), "\\xe0\\x80\\x9b");           // overlong
  EXPECT_EQ(terminal_safe("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(terminal_safe("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // past U+10FFFF
  EXPECT_EQ(terminal_safe("cut \xe4\xb8"), "cut \\xe4\\xb8");
}

TEST(TerminalSafe, NoDangerousByteSurvivesAnyTwoBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const std::string safe = terminal_safe(text);
      for (const char character : safe) {
        ASSERT_FALSE(static_cast<unsigned char>(character) < 0x20 || character == 0x7f)
            << first << ' ' << second;
      }
      EXPECT_EQ(terminal_safe(safe), safe) << first << ' ' << second;
    }
  }
}

TEST(TerminalWidth, CountsColumns) {
  EXPECT_EQ(terminal_width("abc"), 3u);
  EXPECT_EQ(terminal_width("\u00fc"), 1u);
  EXPECT_EQ(terminal_width("\u4e2d\u6587"), 4u);
  EXPECT_EQ(terminal_width("e\u0301"), 1u);
}

TEST(TextTable, AlignsColumnsAndEndsLinesCleanly) {
  TextTable table({{"endpoint"}, {"ms", Align::kRight}});
  table.add_row({"GET /", "1.50"});
  table.add_row({"\u4e2d", "12.00"});
  table.add_rule();
  table.add_row({"total"});
  EXPECT_EQ(table.text(),
            "endpoint     ms\n"
            "--------  -----\n"
            "GET /      1.50\n"
            "\u4e2d        12.00\n"
            "--------  -----\n"
            "total\n");
}

TEST(TextTable, ColoursWholeLinesAndOnlyOnDemand) {
  TextTable table({{"a"}});
  table.add_row({"bad"}, Emphasis::kBad);
  EXPECT_EQ(table.text(true).find("\x1b[31mbad\x1b[0m\n") != std::string::npos, true);
  EXPECT_EQ(table.text(false).find('\x1b'), std::string::npos);
}

TEST(TextTable, MakesCellsSafe) {
  TextTable table({{"\x1b[2J"}});
  table.add_row({"\x1b[2J"});
  EXPECT_EQ(table.text().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace plumbline::io
