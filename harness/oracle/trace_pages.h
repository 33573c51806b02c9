// The kernel's trace buffer, page by page, as trace_pipe_raw gives it.
//
// Its layout is fixed by the kernel's interface to trace-cmd and perf (include/linux/ring_buffer.h,
// tracefs events/header_page and header_event). Used by kernel_tracer.cc.
// Thread rule: pure. Failure: none; a page that is not understood ends at that place and is
// counted as lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace plumbline::harness::oracle {

struct TraceEntry {
  std::int64_t when_ns = 0;
  std::string_view record;  // the event's fields, at the offsets of its layout
};

struct TraceEntries {
  std::vector<TraceEntry> entries;
  std::int64_t gaps = 0;  // places where the kernel, or this reader, left something out
};

// `pages` must outlive the result.
TraceEntries read_trace_pages(std::string_view pages, std::size_t page_bytes);

}  // namespace plumbline::harness::oracle
