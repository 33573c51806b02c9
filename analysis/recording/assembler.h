// Puts a recording together: hands each record to the part that keeps its kind.
//
// Used by reader.cc, block by block in file order. Thread rule: one thread.
// Failure: none; what cannot be taken is said in the result of add() and counted by the reader.
#pragma once

#include "analysis/recording/block_reader.h"
#include "analysis/recording/name_rows.h"
#include "analysis/recording/recording.h"
#include "analysis/recording/span_rows.h"
#include "analysis/recording/thread_streams.h"

namespace plumbline::analysis {

enum class Taken { kYes, kUnknown, kRejected };

class Assembler {
 public:
  explicit Assembler(Recording& recording);

  void begin_block(const format::BlockHeader& header) { threads_.begin_block(header); }
  Taken add(format::RecordType type, Bytes record);
  void finish();  // once, after the last block

 private:
  bool add_span_start(Bytes record);
  bool add_span_end(Bytes record);
  bool add_span_endpoint(Bytes record);
  bool add_name(Bytes record);
  bool add_module(Bytes record);
  bool add_setting(Bytes record);
  bool add_rate_change(Bytes record);
  bool add_counter(Bytes record);

  Recording& recording_;
  NameRows names_;
  SpanRows spans_;
  ThreadStreams threads_;
};

}  // namespace plumbline::analysis
