#include "profiler/capture/unblocked.h"

#include "profiler/capture/emit.h"

namespace plumbline::capture {

void write_unblocked(Thread& thread) {
  static_assert(format::kOperationCount <= 32, "unblocked_mask has a bit for each operation");
  for (std::uint32_t rest = thread.unblocked_mask; rest != 0; rest &= rest - 1) {
    const auto index = static_cast<std::size_t>(__builtin_ctz(rest));
    Unblocked& sums = thread.unblocked[index];
    const auto fill = [&](format::CallSums& record) {
      record.span_id = thread.active.span_id;
      record.wall_ns = sums.wall_ns;
      record.cpu_ns = sums.cpu_ns;
      record.calls = sums.calls;
      record.category = sums.category;
      record.operation = static_cast<format::Operation>(index);
      record.reserved[0] = record.reserved[1] = 0;
    };
    if (!try_emit<format::CallSums>(thread, format::RecordType::kCallSums, fill)) return;
    sums = {};
    thread.unblocked_mask &= ~(1u << index);
  }
}

}  // namespace plumbline::capture
