// Messages of profiles.proto by their field numbers. The dictionary usually stands behind what
// points into it, so it is read first.
#include <fmt/format.h>

#include <string>

#include "analysis/formats/otlp.h"
#include "analysis/formats/otlp_builder.h"
#include "analysis/formats/wire_reader.h"

namespace plumbline::formats {
namespace {

std::string hex_id(WireReader& message, std::size_t size_bytes) {
  const std::string_view bytes = message.text();
  if (!bytes.empty() && bytes.size() != size_bytes) {
    message.fail(fmt::format("an id of {} bytes, expected {}", bytes.size(), size_bytes));
  }
  return otlp_hex_id(bytes);
}

class ProtoReader {
 public:
  explicit ProtoReader(const Input& input) : input_(input), builder_(Format::kOtlp, input.file) {}

  StackProfile read() {
    bool any = false;
    for (WireReader data(input_); data.next();) {
      if (data.field() == 2) read_dictionary(data.message());
      if (data.field() == 1) (void)data.message();
      any |= data.field() <= 2;
    }
    if (!any) builder_.fail("has no profiles: not OTLP");
    for (WireReader data(input_); data.next();) {
      if (data.field() == 1) read_resource(data.message());
    }
    return builder_.finish();
  }

 private:
  void read_dictionary(WireReader dictionary) {
    OtlpDictionary& tables = builder_.dictionary();
    std::size_t entries = 0;
    while (dictionary.next()) {
      switch (dictionary.field()) {
        case 1:
          add_mapping(dictionary.message());
          break;
        case 2:
          add_location(dictionary.message());
          break;
        case 3:
          add_function(dictionary.message());
          break;
        case 4:
          add_link(dictionary.message());
          break;
        case 5:
          tables.strings.emplace_back(dictionary.text());
          break;
        case 6:
          add_attribute(dictionary.message());
          break;
        case 7:
          add_stack(dictionary.message());
          break;
        default:
          break;
      }
      if (++entries > kMaxSamples) dictionary.fail("more entries than are read");
    }
  }

  void add_mapping(WireReader mapping) {
    std::int64_t file = 0;
    while (mapping.next()) {
      if (mapping.field() == 4) file = mapping.integer();
    }
    builder_.dictionary().mapping_files.push_back(file);
  }

  void add_location(WireReader location) {
    OtlpDictionary& tables = builder_.dictionary();
    OtlpLocation made;
    made.lines_begin = static_cast<std::uint32_t>(tables.lines.size());
    while (location.next()) {
      if (location.field() == 1) made.mapping = location.integer();
      if (location.field() == 2) made.address = location.varint();
      if (location.field() != 3) continue;
      OtlpLine line;
      for (WireReader message = location.message(); message.next();) {
        if (message.field() == 1) line.function = message.integer();
        if (message.field() == 2) line.line = message.integer();
      }
      tables.lines.push_back(line);
      if (tables.lines.size() > kMaxStackFrames) location.fail("more lines than are read");
    }
    made.lines_count = static_cast<std::uint32_t>(tables.lines.size()) - made.lines_begin;
    tables.locations.push_back(made);
  }

  void add_function(WireReader function) {
    OtlpFunction made;
    while (function.next()) {
      if (function.field() == 1) made.name = function.integer();
      if (function.field() == 3) made.file = function.integer();
    }
    builder_.dictionary().functions.push_back(made);
  }

  void add_link(WireReader link) {
    OtlpLink made;
    while (link.next()) {
      if (link.field() == 1) made.trace_id = hex_id(link, 16);
      if (link.field() == 2) made.span_id = hex_id(link, 8);
    }
    builder_.dictionary().links.push_back(std::move(made));
  }

  void add_attribute(WireReader attribute) {
    OtlpAttribute made;
    while (attribute.next()) {
      if (attribute.field() == 1) made.key = attribute.integer();
      if (attribute.field() == 2) made.value = value_of(attribute.message(), 0);
      if (attribute.field() == 3) made.unit = attribute.integer();
    }
    builder_.dictionary().attributes.push_back(std::move(made));
  }

  void add_stack(WireReader stack) {
    std::vector<std::int64_t> locations;
    while (stack.next()) {
      if (stack.field() != 1) continue;
      stack.each_integer([&](std::int64_t index) {
        if (locations.size() >= kMaxDepth) stack.fail("a stack that is too deep");
        locations.push_back(index);
      });
    }
    builder_.dictionary().stacks.push_back(std::move(locations));
  }

  // AnyValue. What has no form as a label is left out, and counted.
  OtlpValue value_of(WireReader any, int depth) {
    OtlpValue value;
    while (any.next()) {
      value = {};
      switch (any.field()) {
        case 1:
          value.text = any.text();
          break;
        case 2:
          value.text = any.varint() != 0 ? "true" : "false";
          break;
        case 3:
          value.numeric = true;
          value.number = any.integer();
          break;
        case 4:
          value.text = fmt::format("{}", any.real());
          break;
        case 5:
          value.text = list_text(any.message(), depth);
          break;
        default:
          builder_.skip_record();
          break;
      }
    }
    return value;
  }

  std::string list_text(WireReader list, int depth) {
    if (depth > 0) {
      builder_.skip_record();
      return "";
    }
    std::string text;
    while (list.next()) {
      if (list.field() != 1) continue;
      const OtlpValue value = value_of(list.message(), depth + 1);
      if (!text.empty()) text += ',';
      text += value.numeric ? fmt::format("{}", value.number) : '"' + value.text + '"';
    }
    return '[' + text + ']';
  }

  void read_resource(WireReader resource) {
    builder_.begin_resource();
    for (WireReader message = resource; message.next();) {
      if (message.field() != 1) continue;
      for (WireReader attributes = message.message(); attributes.next();) {
        if (attributes.field() == 1) read_resource_attribute(attributes.message());
      }
    }
    while (resource.next()) {
      if (resource.field() != 2) continue;
      for (WireReader scope = resource.message(); scope.next();) {
        if (scope.field() == 2) read_profile(scope.message());
      }
    }
  }

  void read_resource_attribute(WireReader attribute) {
    std::string_view key;
    OtlpValue value;
    while (attribute.next()) {
      if (attribute.field() == 1) key = attribute.text();
      if (attribute.field() == 2) value = value_of(attribute.message(), 0);
    }
    builder_.resource_attribute(key, value);
  }

  void read_profile(WireReader profile) {
    OtlpProfileHeader header;
    for (WireReader message = profile; message.next();) {
      if (message.field() == 1) {
        for (WireReader type = message.message(); type.next();) {
          if (type.field() == 1) header.type = type.integer();
          if (type.field() == 2) header.unit = type.integer();
        }
      }
      if (message.field() == 3) header.time_ns = message.fixed64();
      if (message.field() == 4) header.duration_ns = message.varint();
    }
    builder_.begin_profile(header);
    while (profile.next()) {
      if (profile.field() == 2) read_sample(profile.message());
    }
    builder_.end_profile();
  }

  void read_sample(WireReader message) {
    sample_ = {};
    while (message.next()) {
      switch (message.field()) {
        case 1:
          sample_.stack = message.integer();
          break;
        case 2:
          message.each_integer([&](std::int64_t index) { sample_.attributes.push_back(index); });
          break;
        case 3:
          sample_.link = message.integer();
          break;
        case 4:
          message.each_integer([&](std::int64_t value) { sample_.values.push_back(value); });
          break;
        case 5:
          message.each_fixed64([&](std::uint64_t time_ns) { sample_.times_ns.push_back(time_ns); });
          break;
        default:
          break;
      }
    }
    builder_.sample(sample_);
  }

  const Input& input_;
  OtlpBuilder builder_;
  OtlpSample sample_;
};

}  // namespace

StackProfile read_otlp(const Input& input) { return ProtoReader(input).read(); }

}  // namespace plumbline::formats
