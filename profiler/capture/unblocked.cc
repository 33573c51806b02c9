#include "profiler/capture/unblocked.h"

#include "profiler/capture/emit.h"

namespace plumbline::capture {

namespace {

// False: the ring is full.
bool write_sums(Thread& thread, format::Operation operation, format::Category category,
                Unblocked& sums) {
  const auto fill = [&](format::CallSums& record) {
    record.span_id = thread.active.span_id;
    record.wall_ns = sums.wall_ns;
    record.cpu_ns = sums.cpu_ns;
    record.calls = sums.calls;
    record.category = category;
    record.operation = operation;
    record.reserved[0] = record.reserved[1] = 0;
  };
  if (!try_emit<format::CallSums>(thread, format::RecordType::kCallSums, fill)) return false;
  sums = {};
  return true;
}

}  // namespace

void write_unblocked(Thread& thread) {
  static_assert(format::kOperationCount <= 64, "unblocked_mask has a bit for each operation");
  for (std::uint64_t rest = thread.unblocked_mask; rest != 0; rest &= rest - 1) {
    const auto index = static_cast<std::size_t>(__builtin_ctzll(rest));
    for (std::size_t category = 0; category < format::kCategoryCount; ++category) {
      Unblocked& sums = thread.unblocked[index][category];
      if (sums.calls == 0) continue;
      if (!write_sums(thread, static_cast<format::Operation>(index),
                      static_cast<format::Category>(category), sums)) {
        return;
      }
    }
    thread.unblocked_mask &= ~(std::uint64_t{1} << index);
  }
}

}  // namespace plumbline::capture
