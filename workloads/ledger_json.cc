#include "workloads/ledger_json.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace plumbline::workloads {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 9> kKindNames = {
    "cpu", "lock", "sync", "file", "socket", "span", "setup", "other", "stretch"};

Json to_json(const LedgerRecord& record) {
  return {{"request", record.request},
          {"endpoint", record.endpoint},
          {"step", record.step},
          {"kind", kKindNames.at(static_cast<std::size_t>(record.kind))},
          {"intended_ns", record.intended_ns},
          {"t0_ns", record.t0_ns},
          {"t1_ns", record.t1_ns},
          {"c0_ns", record.c0_ns},
          {"c1_ns", record.c1_ns},
          {"release_ns", record.release_ns},
          {"detail", record.detail}};
}

Json to_json(const LedgerThread& thread) {
  Json records = Json::array();
  for (const LedgerRecord& record : thread.records) records.push_back(to_json(record));
  Json span_ids = Json::array();
  for (const LedgerSpanId& id : thread.span_ids) {
    span_ids.push_back({{"record", id.record}, {"span_id", id.span_id}});
  }
  return {{"tid", thread.tid},
          {"name", thread.name},
          {"begin_ns", thread.begin_ns},
          {"end_ns", thread.end_ns},
          {"cpu_ns", thread.cpu_ns},
          {"run_delay_ns", thread.run_delay_ns},
          {"voluntary_switches", thread.voluntary_switches},
          {"records", std::move(records)},
          {"span_ids", std::move(span_ids)}};
}

}  // namespace

Json ledger_to_json(const Ledger& ledger) {
  Json threads = Json::array();
  for (const LedgerThread& thread : ledger.threads) threads.push_back(to_json(thread));
  // As a document where it parses, so that nobody has to unpack JSON from a JSON text.
  Json spec = Json::parse(ledger.spec_json, nullptr, false);
  return {{"schema", "plumbline.ledger/" + std::to_string(kLedgerVersion)},
          {"seed", ledger.seed},
          {"spec", spec.is_discarded() ? Json(ledger.spec_json) : std::move(spec)},
          {"skipped", ledger.skipped},
          {"threads", std::move(threads)}};
}

}  // namespace plumbline::workloads
