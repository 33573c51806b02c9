// Lines of a text that is in memory, and where each begins.
//
// Used by the readers of text formats. Thread rule: one thread; the text must outlive it.
// Failure: none.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace plumbline::formats {

class TextLines {
 public:
  explicit TextLines(std::string_view text) : text_(text) {}

  // To the next line, true until there is none; a last line needs no newline.
  bool next() {
    if (next_ >= text_.size()) return false;
    begin_ = next_;
    const std::size_t end = std::min(text_.find('\n', begin_), text_.size());
    line_ = text_.substr(begin_, end - begin_);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    next_ = end + 1;
    return true;
  }
  std::string_view line() const { return line_; }
  std::uint64_t offset() const { return begin_; }

 private:
  std::string_view text_, line_;
  std::size_t begin_ = 0, next_ = 0;
};

inline constexpr std::string_view kBlank = " \t";

inline std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace plumbline::formats
