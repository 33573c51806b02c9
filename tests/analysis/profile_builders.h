// Makes small profiles of foreign formats, as bytes: pprof and OTLP as protobuf, and packed files.
//
// Used by tests of the readers and of `plumbline check`, and by the fuzzer's seeds. Writes the wire
// format itself, so that reader and builder share no mistake.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumbline::test {

// Fields of a protocol buffer, one behind the other.
class WireWriter {
 public:
  WireWriter& varint(std::uint32_t field, std::uint64_t value);
  WireWriter& fixed64(std::uint32_t field, std::uint64_t value);
  WireWriter& bytes(std::uint32_t field, std::string_view value);
  WireWriter& packed(std::uint32_t field, const std::vector<std::int64_t>& values);
  const std::string& text() const { return text_; }

 private:
  void number(std::uint64_t value);
  std::string text_;
};

// A stack is "root;caller;leaf". A frame "outer>inner" is one location with an inlined function, a
// frame "@name" one without a line in the binary /lib/name.
class PprofBuilder {
 public:
  PprofBuilder& type(std::string_view name, std::string_view unit = "nanoseconds");
  PprofBuilder& duration_ns(std::int64_t duration_ns);
  PprofBuilder& start_ns(std::int64_t start_ns);
  PprofBuilder& default_type(std::string_view name);

  struct Labels {
    std::vector<std::pair<std::string, std::string>> text;
    std::vector<std::pair<std::string, std::int64_t>> numbers;
  };
  PprofBuilder& sample(std::string_view stack, std::vector<std::int64_t> values);
  PprofBuilder& sample(std::string_view stack, std::vector<std::int64_t> values,
                       const Labels& labels);

  std::string bytes() const;

 private:
  std::uint64_t string(std::string_view text);
  std::uint64_t function(std::string_view name);
  std::uint64_t location(std::string_view frame);

  std::map<std::string, std::uint64_t, std::less<>> strings_ = {{"", 0}};
  std::vector<std::string> string_table_ = {""};
  std::map<std::string, std::uint64_t, std::less<>> functions_, locations_;
  WireWriter types_, samples_, tables_;
  std::uint64_t mappings_ = 0;
  std::uint64_t start_ns_ = 0, duration_ns_ = 0, default_type_ = 0;
};

// One profile in OTLP; several by joining resources (otlp_file).
struct OtlpSampleText {
  std::string stack = {};  // root first
  std::vector<std::int64_t> values = {};
  std::vector<std::uint64_t> times_ns = {};
  std::vector<std::pair<std::string, std::string>> attributes = {};
  std::string trace_id = {}, span_id = {};  // raw bytes
};
struct OtlpProfileText {
  std::string type = {}, unit = {};
  std::uint64_t duration_ns = 0;
  std::vector<OtlpSampleText> samples = {};
  std::vector<std::pair<std::string, std::string>> resource = {};
};
std::string otlp_file(const std::vector<OtlpProfileText>& profiles);

std::string gzipped(std::string_view bytes);
std::string zstd_packed(std::string_view bytes);
std::string lz4_packed(std::string_view bytes);

}  // namespace plumbline::test
