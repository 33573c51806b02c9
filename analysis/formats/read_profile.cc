#include "analysis/formats/read_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "analysis/formats/folded.h"
#include "analysis/formats/otlp.h"
#include "analysis/formats/perf_script.h"
#include "analysis/formats/pprof.h"
#include "analysis/formats/text_lines.h"
#include "analysis/formats/unpacked.h"
#include "analysis/io/error.h"

namespace plumbline::formats {
namespace {

bool has_suffix(const std::string& name, std::initializer_list<std::string_view> suffixes) {
  return std::any_of(suffixes.begin(), suffixes.end(),
                     [&](std::string_view suffix) { return name.ends_with(suffix); });
}

// A protocol buffer has small numbers, hence control characters, within its first bytes.
bool looks_like_text(std::string_view bytes) {
  constexpr std::size_t kLookedAtBytes = 4096;
  bytes = bytes.substr(0, kLookedAtBytes);
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code >= 0x20 || code == '\t' || code == '\n' || code == '\r';
  });
}

StackProfile read_text(const Input& input) {
  const std::size_t first = input.bytes.find_first_not_of(" \t\r\n");
  if (first != input.bytes.npos && input.bytes[first] == '{') return read_otlp_json(input);
  constexpr int kLookedAtLines = 100;  // comments and warnings may come first
  TextLines lines(input.bytes);
  for (int line = 0; line < kLookedAtLines && lines.next(); ++line) {
    if (is_perf_event_line(lines.line())) return read_perf_script(input);
  }
  return read_folded(input);
}

}  // namespace

StackProfile read_profile_bytes(const Input& input, const std::filesystem::path& name) {
  std::string lower = name.filename().string();
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char letter) {
    return static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
  });
  if (has_suffix(lower, {".otlp.json", ".otlpjson"})) return read_otlp_json(input);
  if (has_suffix(lower, {".otlp", ".otlppb", ".otlp.pb"})) return read_otlp(input);
  if (input.bytes.empty()) {
    throw io::InputError(fmt::format("{}: is empty, expected a profile", input.file.string()));
  }
  if (looks_like_text(input.bytes)) return read_text(input);
  std::string as_pprof;
  try {
    return read_pprof(input);
  } catch (const io::InputError& error) {
    as_pprof = error.what();
  }
  try {
    return read_otlp(input);
  } catch (const io::InputError&) {
    // What it is not as pprof says most, as that is what most files are.
    throw io::InputError(as_pprof + " (read as pprof; it is not OTLP either)");
  }
}

StackProfile read_profile(const std::filesystem::path& file) {
  const UnpackedFile unpacked(file);
  return read_profile_bytes(unpacked.input(), file);
}

std::string_view format_name(Format format) {
  switch (format) {
    case Format::kPprof:
      return "pprof";
    case Format::kOtlp:
      return "OTLP";
    case Format::kOtlpJson:
      return "OTLP JSON";
    case Format::kFolded:
      return "folded stacks";
    case Format::kPerfScript:
      return "perf script";
  }
  return "";
}

}  // namespace plumbline::formats
