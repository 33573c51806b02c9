#include "profiler/session/totals.h"

#include "profiler/base/counter.h"
#include "profiler/capture/names.h"
#include "profiler/session/first_copy.h"

namespace plumbline::session {

namespace {

constexpr std::array<std::string_view, capture::kKindCount> kRecordedKeys = {
    "scopes.recorded", "spans.recorded", "waits.recorded", "samples.recorded"};
constexpr std::array<std::string_view, capture::kKindCount> kRingFullKeys = {
    "scopes.dropped_ring_full", "spans.dropped_ring_full", "waits.dropped_ring_full",
    "samples.dropped_ring_full"};
constexpr std::array<std::string_view, capture::kKindCount> kReentryKeys = {
    "scopes.dropped_reentry", "spans.dropped_reentry", "waits.dropped_reentry",
    "samples.dropped_reentry"};

}  // namespace

void Totals::add(const capture::Thread& thread) {
  for (std::size_t kind = 0; kind < capture::kKindCount; ++kind) {
    recorded[kind] += base::read(thread.account.recorded[kind]);
    ring_full[kind] += base::read(thread.account.ring_full[kind]);
    reentry[kind] += base::read(thread.account.reentry[kind]);
  }
  const capture::SamplingFigures& sampling = thread.sampler.figures;
  sample_signals += base::read(sampling.signals);
  sample_overruns += base::read(sampling.overruns);
  sample_unseen += base::read(sampling.unseen);
  handler_ticks += base::read(sampling.handler_ticks);
  ++threads;
  const capture::EdgeClockFigures& figures = thread.clock.figures();
  edges_synchronised += base::read(figures.synchronisations);
  edges_nested += base::read(figures.nested);
  edges_torn += base::read(figures.torn);
  flag_mistrusted += base::read(figures.mistrusted);
  threads_without_ring += base::read(figures.without_ring);
  stolen_ns += static_cast<std::uint64_t>(base::read(figures.stolen_ns));
}

void write_totals(const Totals& totals, ProcessRecords& records) {
  for (std::size_t kind = 0; kind < capture::kKindCount; ++kind) {
    records.add_counter(kRecordedKeys[kind], totals.recorded[kind]);
    records.add_counter(kRingFullKeys[kind], totals.ring_full[kind]);
    records.add_counter(kReentryKeys[kind], totals.reentry[kind]);
  }
  records.add_counter("sampling.signals", totals.sample_signals);
  records.add_counter("sampling.overruns", totals.sample_overruns);
  records.add_counter("sampling.unseen", totals.sample_unseen);
  const auto& shared = capture::recording;
  records.add_counter("threads.recorded", totals.threads);
  records.add_counter("threads.vanished", totals.threads_vanished);
  records.add_counter("threads.without_memory", base::read(shared.threads_without_memory));
  records.add_counter("threads.without_slot", base::read(shared.threads_without_slot));
  records.add_counter("threads.without_perf", base::read(shared.threads_without_perf));
  records.add_counter("threads.without_sampler", base::read(shared.threads_without_sampler));
  records.add_counter("threads.without_switch_ring", totals.threads_without_ring);
  records.add_counter("edges.synchronised", totals.edges_synchronised);
  records.add_counter("edges.nested", totals.edges_nested);
  records.add_counter("edges.torn", totals.edges_torn);
  records.add_counter("edges.flag_mistrusted", totals.flag_mistrusted);
  records.add_counter("edges.stolen_ns", totals.stolen_ns);
  records.add_counter("signals.foreign", base::read(shared.foreign_signals));
  records.add_counter("scopes.on_wrong_thread", base::read(shared.scopes_on_wrong_thread));
  records.add_counter("names.without_room", base::read(shared.names_without_room));
  records.add_counter("endpoints.over_cap", capture::endpoints_over_cap());
  records.add_counter("copies.inert", inert_copies());
}

}  // namespace plumbline::session
