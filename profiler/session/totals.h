// Counters of a session, summed over all threads that ever recorded.
//
// Every loss has a name here. `expected = recorded + dropped` holds for each kind of record, where
// expected is what threads tried to write.
// Thread rule: drain thread; reads the threads' own counters. Signal rule: not from handlers.
// Failure: none.
#pragma once

#include <array>
#include <cstdint>

#include "profiler/capture/thread.h"
#include "profiler/session/process_records.h"

namespace plumbline::session {

struct Totals {
  std::array<std::uint64_t, capture::kKindCount> recorded{};
  std::array<std::uint64_t, capture::kKindCount> ring_full{};
  std::array<std::uint64_t, capture::kKindCount> reentry{};
  std::uint64_t sample_signals = 0;
  std::uint64_t sample_overruns = 0;
  std::uint64_t sample_unseen = 0;
  std::uint64_t handler_ticks = 0;
  std::uint64_t threads = 0;
  std::uint64_t threads_vanished = 0;  // ended without saying so
  std::uint64_t edges_synchronised = 0;
  std::uint64_t edges_nested = 0;
  std::uint64_t edges_torn = 0;
  std::uint64_t flag_mistrusted = 0;
  std::uint64_t threads_without_ring = 0;
  std::uint64_t stolen_ns = 0;

  void add(const capture::Thread& thread);
};

void write_totals(const Totals& totals, ProcessRecords& records);

}  // namespace plumbline::session
