#include "tests/analysis/profile_builders.h"

#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace plumbline::test {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

std::vector<std::string> parts(std::string_view text, char between) {
  std::vector<std::string> made;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    made.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return made;
}

// Index of `value` in `table`, added when it is new.
template <typename Value>
std::int64_t index_in(std::vector<Value>& table, const Value& value) {
  const auto found = std::find(table.begin(), table.end(), value);
  if (found != table.end()) return found - table.begin();
  table.push_back(value);
  return static_cast<std::int64_t>(table.size() - 1);
}

}  // namespace

void WireWriter::number(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) text_ += static_cast<char>((value & 0x7F) | 0x80);
  text_ += static_cast<char>(value);
}

WireWriter& WireWriter::varint(std::uint32_t field, std::uint64_t value) {
  number(std::uint64_t{field} << 3);
  number(value);
  return *this;
}

WireWriter& WireWriter::fixed64(std::uint32_t field, std::uint64_t value) {
  number((std::uint64_t{field} << 3) | 1);
  text_.append(reinterpret_cast<const char*>(&value), sizeof value);
  return *this;
}

WireWriter& WireWriter::bytes(std::uint32_t field, std::string_view value) {
  number((std::uint64_t{field} << 3) | 2);
  number(value.size());
  text_ += value;
  return *this;
}

WireWriter& WireWriter::packed(std::uint32_t field, const std::vector<std::int64_t>& values) {
  WireWriter inner;
  for (const std::int64_t value : values) inner.number(static_cast<std::uint64_t>(value));
  return bytes(field, inner.text());
}

std::uint64_t PprofBuilder::string(std::string_view text) {
  const auto [at, added] = strings_.emplace(text, string_table_.size());
  if (added) string_table_.emplace_back(text);
  return at->second;
}

std::uint64_t PprofBuilder::function(std::string_view name) {
  const auto [at, added] = functions_.emplace(name, functions_.size() + 1);
  if (added) {
    tables_.bytes(5, WireWriter()
                         .varint(1, at->second)
                         .varint(2, string(name))
                         .varint(4, string(std::string(name) + ".cc"))
                         .text());
  }
  return at->second;
}

std::uint64_t PprofBuilder::location(std::string_view frame) {
  const auto [at, added] = locations_.emplace(frame, locations_.size() + 1);
  if (!added) return at->second;
  WireWriter made;
  made.varint(1, at->second).varint(3, 0x1000 + at->second);
  if (frame.starts_with('@')) {
    tables_.bytes(3, WireWriter()
                         .varint(1, ++mappings_)
                         .varint(5, string("/lib/" + std::string(frame.substr(1))))
                         .text());
    made.varint(2, mappings_);
  } else {
    std::vector<std::string> outer_first = parts(frame, '>');
    if (outer_first.empty()) outer_first = {""};
    for (auto name = outer_first.rbegin(); name != outer_first.rend(); ++name) {
      made.bytes(4, WireWriter().varint(1, function(*name)).varint(2, 7).text());
    }
  }
  tables_.bytes(4, made.text());
  return at->second;
}

PprofBuilder& PprofBuilder::type(std::string_view name, std::string_view unit) {
  types_.bytes(1, WireWriter().varint(1, string(name)).varint(2, string(unit)).text());
  return *this;
}

PprofBuilder& PprofBuilder::duration_ns(std::int64_t duration_ns) {
  duration_ns_ = static_cast<std::uint64_t>(duration_ns);
  return *this;
}

PprofBuilder& PprofBuilder::start_ns(std::int64_t start_ns) {
  start_ns_ = static_cast<std::uint64_t>(start_ns);
  return *this;
}

PprofBuilder& PprofBuilder::default_type(std::string_view name) {
  default_type_ = string(name);
  return *this;
}

PprofBuilder& PprofBuilder::sample(std::string_view stack, std::vector<std::int64_t> values) {
  return sample(stack, std::move(values), Labels());
}

PprofBuilder& PprofBuilder::sample(std::string_view stack, std::vector<std::int64_t> values,
                                   const Labels& labels) {
  std::vector<std::int64_t> leaf_first;
  for (const std::string& frame : parts(stack, ';')) {
    leaf_first.insert(leaf_first.begin(), static_cast<std::int64_t>(location(frame)));
  }
  WireWriter made;
  made.packed(1, leaf_first).packed(2, values);
  for (const auto& [key, value] : labels.text) {
    made.bytes(3, WireWriter().varint(1, string(key)).varint(2, string(value)).text());
  }
  for (const auto& [key, value] : labels.numbers) {
    made.bytes(
        3, WireWriter().varint(1, string(key)).varint(3, static_cast<std::uint64_t>(value)).text());
  }
  samples_.bytes(2, made.text());
  return *this;
}

std::string PprofBuilder::bytes() const {
  WireWriter end;
  for (const std::string& text : string_table_) end.bytes(6, text);
  end.varint(9, start_ns_).varint(10, duration_ns_).varint(14, default_type_);
  return types_.text() + samples_.text() + tables_.text() + end.text();
}

namespace {

using Attribute = std::pair<std::string, std::string>;

std::string any_value(const std::string& text) { return WireWriter().bytes(1, text).text(); }

// The tables of a dictionary while profiles are written; index 0 of each is the zero value.
struct OtlpTables {
  std::vector<std::string> strings = {""}, functions = {""};
  std::vector<std::vector<std::int64_t>> stacks = {{}};
  std::vector<Attribute> attributes = {{"", ""}}, links = {{"", ""}};
};

std::string otlp_sample(OtlpTables& tables, const OtlpSampleText& sample) {
  std::vector<std::int64_t> leaf_first, attributes;
  for (const std::string& frame : parts(sample.stack, ';')) {
    leaf_first.insert(leaf_first.begin(), index_in(tables.functions, frame));
  }
  for (const auto& attribute : sample.attributes) {
    attributes.push_back(index_in(tables.attributes, attribute));
  }
  WireWriter made;
  made.varint(1, static_cast<std::uint64_t>(index_in(tables.stacks, leaf_first)));
  made.packed(2, attributes);
  made.varint(3, static_cast<std::uint64_t>(
                     index_in(tables.links, Attribute{sample.trace_id, sample.span_id})));
  if (!sample.values.empty()) made.packed(4, sample.values);
  for (const std::uint64_t time_ns : sample.times_ns) made.fixed64(5, time_ns);
  return made.text();
}

std::string otlp_dictionary(OtlpTables& tables) {
  WireWriter made;
  made.bytes(1, "").bytes(3, "");
  for (std::size_t index = 0; index < tables.functions.size(); ++index) {
    // Location i has function i; a frame "@name" has the binary, and no line.
    const std::string& name = tables.functions[index];
    if (name.starts_with('@')) {
      const auto file =
          static_cast<std::uint64_t>(index_in(tables.strings, "/bin/" + name.substr(1)));
      made.bytes(1, WireWriter().varint(4, file).text());
    }
    const auto string = static_cast<std::uint64_t>(index_in(tables.strings, name));
    if (index > 0) made.bytes(3, WireWriter().varint(1, string).text());
  }
  std::uint64_t mapping = 0;
  for (std::size_t index = 0; index < tables.functions.size(); ++index) {
    WireWriter location;
    if (tables.functions[index].starts_with('@')) {
      location.varint(1, ++mapping);
    } else if (index > 0) {
      location.bytes(3, WireWriter().varint(1, index).varint(2, 9).text());
    }
    made.bytes(2, location.text());
  }
  for (const auto& [trace, span] : tables.links) {
    made.bytes(4, WireWriter().bytes(1, trace).bytes(2, span).text());
  }
  for (const auto& [key, value] : tables.attributes) {
    const auto string = static_cast<std::uint64_t>(index_in(tables.strings, key));
    made.bytes(6, WireWriter().varint(1, string).bytes(2, any_value(value)).text());
  }
  for (const std::string& text : tables.strings) made.bytes(5, text);
  for (const auto& stack : tables.stacks) made.bytes(7, WireWriter().packed(1, stack).text());
  return made.text();
}

}  // namespace

std::string otlp_file(const std::vector<OtlpProfileText>& profiles) {
  OtlpTables tables;
  WireWriter file;
  for (const OtlpProfileText& profile : profiles) {
    const auto type = static_cast<std::uint64_t>(index_in(tables.strings, profile.type));
    const auto unit = static_cast<std::uint64_t>(index_in(tables.strings, profile.unit));
    WireWriter made, resource;
    made.bytes(1, WireWriter().varint(1, type).varint(2, unit).text());
    for (const OtlpSampleText& sample : profile.samples) {
      made.bytes(2, otlp_sample(tables, sample));
    }
    made.fixed64(3, 1'000'000'000).varint(4, profile.duration_ns);
    for (const auto& [key, value] : profile.resource) {
      resource.bytes(1, WireWriter().bytes(1, key).bytes(2, any_value(value)).text());
    }
    file.bytes(1, WireWriter()
                      .bytes(1, resource.text())
                      .bytes(2, WireWriter().bytes(2, made.text()).text())
                      .text());
  }
  return file.bytes(2, otlp_dictionary(tables)).text();
}

std::string gzipped(std::string_view bytes) {
  z_stream stream{};
  require(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK,
          "deflateInit2");
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate");
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd_packed(std::string_view bytes) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 3));
  return packed;
}

std::string lz4_packed(std::string_view bytes) {
  std::string packed(LZ4F_compressFrameBound(bytes.size(), nullptr), '\0');
  packed.resize(
      LZ4F_compressFrame(packed.data(), packed.size(), bytes.data(), bytes.size(), nullptr));
  return packed;
}

}  // namespace plumbline::test
