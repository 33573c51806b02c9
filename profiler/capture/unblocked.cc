#include "profiler/capture/unblocked.h"

#include "profiler/capture/emit.h"

namespace plumbline::capture {

void write_unblocked(Thread& thread) {
  static_assert(format::kOperationCount <= 32, "unblocked_mask has a bit for each operation");
  for (std::uint32_t rest = thread.unblocked_mask; rest != 0; rest &= rest - 1) {
    const auto index = static_cast<std::size_t>(__builtin_ctz(rest));
    Unblocked& sums = thread.unblocked[index];
    const bool written =
        try_emit(thread, format::RecordType::kCallSums,
                 format::CallSums{.header = {},
                                  .span_id = thread.active.span_id,
                                  .wall_ns = sums.wall_ns,
                                  .cpu_ns = sums.cpu_ns,
                                  .calls = sums.calls,
                                  .category = sums.category,
                                  .operation = static_cast<format::Operation>(index),
                                  .reserved = {}});
    if (!written) return;
    sums = {};
    thread.unblocked_mask &= ~(1u << index);
  }
}

}  // namespace plumbline::capture
