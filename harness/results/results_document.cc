// A handler of the parser's events. Depth 1 is the document's object, whose keys are sections; an
// array right under a section is not built, only its elements are.
#include "harness/results/results_document.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "analysis/io/error.h"

namespace plumbline::harness {
namespace {

using nlohmann::json;

class Rows : public json::json_sax_t {
 public:
  Rows(const std::filesystem::path& file, const TakeRow& take) : file_(file), take_(take) {}

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(number_integer_t value) override { return scalar(value); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(value); }
  bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
  bool string(string_t& value) override { return scalar(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // JSON has none

  bool start_object(std::size_t) override {
    if (open(false)) return true;
    begin(json::object());
    return true;
  }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override {
    if (open(true)) return true;
    begin(json::array());
    return true;
  }
  bool end_array() override { return end(); }

  bool key(string_t& value) override {
    if (depth_ == 1) {
      if (!sections_.emplace(value, false).second) fail(value, "stands twice");
      if (sections_.size() > kMaxSections) fail("", "has too many fields");
      section_ = std::move(value);
    } else {
      if (stack_.back()->contains(value)) fail(place() + "." + value, "stands twice");
      key_ = std::move(value);
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) override {
    constexpr std::size_t kMaxShownBytes = 40;
    constexpr int kNumberOverflow = 406;
    throw io::damaged_file(
        file_, position,
        fmt::format("{} '{}'",
                    error.id == kNumberOverflow ? "a number that is not finite:"
                                                : "expected JSON, which ends or breaks here:",
                    token.substr(0, kMaxShownBytes)));
  }

  const std::map<std::string, bool>& sections() const { return sections_; }

 private:
  static constexpr std::size_t kMaxSections = 1000;

  [[noreturn]] void fail(const std::string& place, const std::string& what) const {
    constexpr std::size_t kMaxShownBytes = 200;
    throw io::InputError(fmt::format("{}: {}{}{}", file_.string(), place.substr(0, kMaxShownBytes),
                                     place.empty() ? "" : ": ", what));
  }

  std::string place() const {
    return in_rows_ ? fmt::format("{}[{}]", section_, index_) : section_;
  }

  // True when what opens is not part of a row: the document itself, or a section's array.
  bool open(bool array) {
    if (++depth_ > kMaxResultsDepth)
      fail(place(), fmt::format("nested deeper than {}", kMaxResultsDepth));
    if (depth_ == 1) {
      if (array) fail("", "expected an object, found an array");
      return true;
    }
    if (depth_ == 2 && array) {
      in_rows_ = true;
      sections_[section_] = true;
      index_ = 0;
      return true;
    }
    return false;
  }

  void begin(json empty) {
    json* made = add(std::move(empty));
    stack_.push_back(made);
  }

  bool end() {
    --depth_;
    if (!stack_.empty()) {
      stack_.pop_back();
      if (stack_.empty()) hand_over();
    } else if (in_rows_) {
      in_rows_ = false;
    }
    return true;
  }

  bool scalar(json value) {
    if (depth_ == 0) fail("", "expected an object");
    add(std::move(value));
    if (stack_.empty()) hand_over();
    return true;
  }

  json* add(json value) {
    if (++values_ > kMaxRowValues) {
      fail(place(), fmt::format("more than {} values in one row", kMaxRowValues));
    }
    if (stack_.empty()) {
      row_ = std::move(value);
      return &row_;
    }
    json& parent = *stack_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[key_] = std::move(value));
  }

  void hand_over() {
    take_({section_, place(), in_rows_}, row_);
    row_ = nullptr;
    values_ = 0;
    ++index_;
  }

  const std::filesystem::path& file_;
  const TakeRow& take_;
  std::size_t depth_ = 0, index_ = 0, values_ = 0;
  bool in_rows_ = false;
  std::map<std::string, bool> sections_;  // whether it is an array
  std::string section_, key_;
  json row_;
  std::vector<json*>
      stack_;  // what is open within the row; parents do not move while children grow
};

}  // namespace

std::map<std::string, bool> read_results_document(std::string_view text,
                                                  const std::filesystem::path& file,
                                                  const TakeRow& take) {
  Rows rows(file, take);
  json::sax_parse(text, &rows);
  return rows.sections();
}

}  // namespace plumbline::harness
