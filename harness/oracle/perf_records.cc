#include "harness/oracle/perf_records.h"

#include <linux/perf_event.h>

#include "harness/oracle/value_at.h"

namespace plumbline::harness::oracle {
namespace {

constexpr std::size_t kHeaderBytes = sizeof(perf_event_header);

// PERF_SAMPLE_TID | TIME | CPU: first in a sample, last in every other record.
struct SampleId {
  std::int32_t process, tid;
  std::uint64_t when_ns;
  std::uint32_t cpu, reserved;
};
static_assert(sizeof(SampleId) == 24);

KernelEvent event_of(const SampleId& id, KernelEventKind kind) {
  return {.when_ns = static_cast<std::int64_t>(id.when_ns),
          .process = id.process,
          .tid = id.tid,
          .kind = kind};
}

KernelEventKind switch_kind(std::uint16_t misc) {
  if ((misc & PERF_RECORD_MISC_SWITCH_OUT) == 0) return KernelEventKind::kSwitchedIn;
  return (misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0 ? KernelEventKind::kPreempted
                                                           : KernelEventKind::kBlocked;
}

void read_call(std::string_view record, const CallLayouts& layouts, KernelTrace& trace) {
  const auto id = value_at<SampleId>(record, kHeaderBytes);
  const std::string_view raw = record.substr(kHeaderBytes + sizeof id + sizeof(std::uint32_t));
  const auto type = value_at<std::uint16_t>(raw, 0);
  const bool begins = type == layouts.begins.id;
  const EventLayout& layout = begins ? layouts.begins : layouts.ends;
  if (type != layout.id) return;
  KernelEvent event =
      event_of(id, begins ? KernelEventKind::kCallBegins : KernelEventKind::kCallEnds);
  event.call = static_cast<std::int32_t>(value_at<std::int64_t>(raw, layout.offsets.at("id")));
  event.value = value_at<std::int64_t>(raw, layout.offsets.at(begins ? "args" : "ret"));
  trace.events.push_back(event);
}

void read_record(const perf_event_header& header, std::string_view record,
                 const CallLayouts& layouts, KernelTrace& trace) {
  switch (header.type) {
    case PERF_RECORD_SWITCH:
      trace.events.push_back(
          event_of(value_at<SampleId>(record, kHeaderBytes), switch_kind(header.misc)));
      break;
    case PERF_RECORD_SAMPLE:
      if (record.size() > kHeaderBytes + sizeof(SampleId) + 4) read_call(record, layouts, trace);
      break;
    case PERF_RECORD_LOST:  // u64 id, u64 lost
      trace.losses["perf records dropped by the kernel"] +=
          value_at<std::int64_t>(record, kHeaderBytes + 8);
      break;
    case PERF_RECORD_THROTTLE:
      ++trace.losses["times that the kernel throttled perf"];
      break;
    default:
      break;
  }
}

}  // namespace

void read_perf_records(std::string_view bytes, const CallLayouts& layouts, KernelTrace& trace) {
  while (bytes.size() >= kHeaderBytes) {
    const auto header = value_at<perf_event_header>(bytes, 0);
    if (header.size < kHeaderBytes || header.size > bytes.size()) {
      ++trace.losses["perf rings cut short"];
      return;
    }
    read_record(header, bytes.substr(0, header.size), layouts, trace);
    bytes.remove_prefix(header.size);
  }
}

}  // namespace plumbline::harness::oracle
