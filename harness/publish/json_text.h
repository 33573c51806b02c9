// What the three JSON formats share: a list that is written element by element, and names in it.
//
// Used by the formats for Google Benchmark, Bencher and github-action-benchmark.
// Thread rule: one thread; the sink must outlive the list. Failure: what the sink throws.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "harness/publish/formats.h"
#include "harness/publish/published_names.h"

namespace plumbline::harness::publish {

// Elements between `start` and `end`, with commas; the document as a whole is never held.
class JsonList {
 public:
  JsonList(const TextSink& sink, std::string_view start) : sink_(sink) { sink_(start); }

  void add(const nlohmann::ordered_json& element) { add_text(text_of(element)); }
  void add_member(const std::string& name, const nlohmann::ordered_json& value) {
    add_text(text_of(name) + ": " + text_of(value));
  }
  void end(std::string_view end) { sink_(end); }

  static std::string text_of(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }

 private:
  void add_text(const std::string& text) {
    sink_((first_ ? "\n" : ",\n") + text);
    first_ = false;
  }

  const TextSink& sink_;
  bool first_ = true;
};

// "standard/plumbline/GET /a/socket": what a row is called where one name must say it all.
std::string row_name(std::string_view scenario, std::string_view profiler,
                     std::string_view endpoint, std::string_view what);

}  // namespace plumbline::harness::publish
