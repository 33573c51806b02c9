// Any bytes as results.json, or as a gate file: read, published in every format, and written again.
// Whatever comes in is refused with a reason or whole: what was read has one text, and no format
// has a control character.
//
// An input whose first byte is 'G' is a gate file, without that byte.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "analysis/io/error.h"
#include "harness/gate/gate_file.h"
#include "harness/publish/formats.h"
#include "harness/report.h"
#include "harness/results/results_reader.h"
#include "harness/results/results_writer.h"

namespace {

using namespace plumbline;
using harness::Results;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string text_of(const Results& results) {
  return harness::results_to_json(results).dump(2, ' ', false,
                                                nlohmann::ordered_json::error_handler_t::replace);
}

void check_results(std::string_view text) {
  const Results results = harness::results_from_json(text, "fuzz");
  const std::string once = text_of(results);
  require(text_of(harness::results_from_json(once, "fuzz")) == once);
  for (const harness::publish::Format& format : harness::publish::formats()) {
    for (const char c : harness::publish::text_of(format, results)) {
      require(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r');
    }
  }
  require(harness::report_of(results, false).find('\x1b') == std::string::npos);
}

void check_gate(std::string_view text) {
  const harness::Gate gate = harness::gate_from_json(text, "fuzz");
  const harness::CellRule& rule = cell_rule(gate, "scenario", "GET /a", "cpu", 1);
  require(limit_ns(rule.limit, "cpu", {1e9, 1e9, 10, 10}) >= 0);
  rule_for(gate.links, "scenario");
  rule_for(gate.conservation, "scenario");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  try {
    if (text.starts_with('G')) {
      check_gate(text.substr(1));
    } else {
      check_results(text);
    }
  } catch (const io::InputError&) {
    // Refused with a reason: as good an answer as a table.
  }
  return 0;
}
