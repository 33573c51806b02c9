// Runs the call frame instructions of one function and gives its rows, one after another.
//
// Called while a table is built, and by tests. Thread rule: its owner. Signal rule: not for
// handlers. Failure: next() ends early and malformed() is true; a rule that a row cannot hold is
// Cfa::kNone.
#pragma once

#include <array>
#include <cstdint>

#include "profiler/unwind/eh_frame.h"
#include "profiler/unwind/rule.h"

namespace plumbline::unwind {

// `rule` holds from `begin` up to the next row, or the end of the function.
struct Row {
  std::uint64_t begin = 0;
  Rule rule;
};

class CfiProgram {
 public:
  explicit CfiProgram(const Fde& fde);

  // False when there are no more rows. Rows never go backwards, but may repeat an address: the
  // last one counts.
  bool next(Row& row);
  bool malformed() const { return malformed_; }

 private:
  // The rules as instructions change them, one column each.
  struct Column {
    Saved saved = Saved::kUnchanged;
    std::int64_t offset = 0;
  };
  enum class ReturnAddress : std::uint8_t { kBelowCfa, kUndefined, kInContext, kElsewhere };
  struct State {
    Cfa cfa = Cfa::kNone;
    std::uint8_t base = 0;
    std::int64_t offset = 0;
    std::uint64_t addend = 0;
    Column rbp;
    Column rbx;
    ReturnAddress return_address = ReturnAddress::kElsewhere;
  };
  // remember_state nests: GCC 12 goes 2 deep in all of Debian's code that was looked at.
  static constexpr std::size_t kMaxRemembered = 16;

  void run_one(ByteReader& program);
  bool run_advance(std::uint8_t operation, ByteReader& program);
  bool run_cfa(std::uint8_t operation, ByteReader& program);
  bool run_register(std::uint8_t operation, ByteReader& program);
  bool run_loss(std::uint8_t operation, ByteReader& program);
  bool run_state(std::uint8_t operation, ByteReader& program);
  void advance(std::uint64_t units);
  void define_cfa(std::uint64_t base, std::int64_t offset);
  void define_cfa(ByteReader expression);
  void save_at_cfa(std::uint64_t number, std::int64_t offset);
  void save_at(std::uint64_t number, ByteReader expression);
  void lose(std::uint64_t number);
  void restore(std::uint64_t number);
  Column* column(std::uint64_t number);
  Rule rule() const;
  static void place(const Column& column, Saved& saved, std::int16_t& words);

  Cie cie_;
  ByteReader program_;
  std::uint64_t location_;
  State state_;
  State initial_;
  std::array<State, kMaxRemembered> remembered_;
  std::size_t remembered_count_ = 0;
  bool advanced_ = false;
  bool finished_ = false;
  bool malformed_ = false;
};

}  // namespace plumbline::unwind
