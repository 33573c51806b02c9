// Streams of the threads: their records, block by block, to events, waits, samples and call sums.
//
// Used by the assembler. Each thread's records come in the order in which it wrote them.
// Thread rule: one thread. Failure: each add_ returns false for a record that is malformed or
// stands in a block of the process instead of a thread's.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "analysis/recording/block_reader.h"
#include "analysis/recording/recording.h"
#include "analysis/recording/span_rows.h"
#include "analysis/recording/stack_interner.h"

namespace plumbline::analysis {

class ThreadStreams {
 public:
  ThreadStreams(Recording& recording, SpanRows& spans)
      : recording_(recording), spans_(spans), stacks_(recording.stacks) {}

  // The records that follow are those of this block's thread, or of the process (index 0).
  void begin_block(const format::BlockHeader& header);

  bool add_thread_start(Bytes record);
  bool add_thread_end(Bytes record);
  bool add_thread_name(Bytes record);
  bool add_thread_state(Bytes record);
  bool add_scope(Bytes record);
  bool add_wait(Bytes record);
  bool add_call_sums(Bytes record);
  bool add_sample(Bytes record);
  bool add_thread_sampling(Bytes record);
  bool add_loss(Bytes record);
  bool add_flush(Bytes record);

  // Ends the streams of threads that were alive at the last flush. Once, after all records.
  void finish();

 private:
  // What is known of a thread between its records.
  struct State {
    std::optional<std::int64_t> sampled_cpu_ns;  // outside hooks, up to the last sample there
    std::int64_t periods_in_hook_ns = 0;         // of samples since that one
    std::optional<format::ThreadState> alive;    // at a flush, with no event since
  };

  bool in_thread() const { return thread_ != kNone; }
  void add_event(const Event& event);
  std::int64_t weight_of(const format::Sample& sample);
  void add_weight(const format::Sample& sample);
  Index open_wait(Index thread, const format::ThreadState& state);
  void add_hand_over(const format::ScopeChange& change, Index span);
  void add_wait_row(const format::Wait& wait, Index thread, Index stack, bool is_open);

  Recording& recording_;
  SpanRows& spans_;
  StackInterner stacks_;
  std::unordered_map<std::uint32_t, Index> row_of_thread_index_;
  std::vector<State> states_;  // by thread row
  Index thread_ = kNone;       // of the current block
  std::int64_t last_flush_ns_ = 0;
};

}  // namespace plumbline::analysis
