// All memory is made and touched, and every partner opened, before the first worker starts.
#include "workloads/runner/workload.h"

#include <atomic>
#include <exception>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "analysis/io/error.h"
#include "workloads/runner/coroutine_pool.h"
#include "workloads/runner/partners.h"
#include "workloads/runner/resident_memory.h"
#include "workloads/runner/thread_identity.h"
#include "workloads/runner/truth_directory.h"
#include "workloads/runner/worker.h"
#include "workloads/schedule.h"

namespace plumbline::workloads {
namespace {

// What the threads of a run share.
struct Run {
  const Spec& spec;
  const bool full;
  CoroutinePool* const pool;
  std::latch all_ready;
  std::atomic<bool> stop{false};  // a worker failed; the others need not go on
};

// One worker's place, made before its thread starts.
struct Seat {
  std::size_t number;
  std::string name;
  Partners partners;
  const std::vector<ScheduledRequest>& requests;
  std::vector<LedgerThread> result{};
  std::exception_ptr failure{};
};

std::unique_ptr<TruthDirectory> open_truth(const PartnerNeeds& needs, const Spec& spec,
                                           const std::filesystem::path& directory) {
  if (!needs.truthd()) return nullptr;
  if (directory.empty()) {
    throw io::InputError("scenario " + spec.name +
                         " has file or socket segments, or locks of process_shared: start "
                         "plumbline-truthd --directory DIR and give --truth DIR");
  }
  return std::make_unique<TruthDirectory>(directory);
}

void note_skipped(const PartnerNeeds& needs, const TruthDirectory* truth, Ledger& ledger) {
  if (needs.files.empty() || truth->skipped().empty()) return;
  ledger.skipped.push_back(truth->skipped());
  if (!needs.files.contains(FileOperation::kMmapFault)) return;
  ledger.skipped.push_back("other: page faults on files, " + truth->skipped());
}

void run_seat(Run& run, Seat& seat) {
  set_thread_identity(seat.name);
  const WorkerPlace place{run.spec,  run.full, run.stop,      seat.number,
                          seat.name, run.pool, seat.partners, seat.requests};
  Worker worker(place);
  run.all_ready.arrive_and_wait();
  try {
    worker.run();
    seat.result = worker.finish();
  } catch (...) {
    seat.failure = std::current_exception();
    run.stop.store(true, std::memory_order_relaxed);
  }
}

void run_all(Run& run, std::vector<std::unique_ptr<Seat>>& seats) {
  std::vector<std::thread> threads;
  threads.reserve(seats.size());
  for (const auto& seat : seats) threads.emplace_back(run_seat, std::ref(run), std::ref(*seat));
  for (std::thread& thread : threads) thread.join();
  for (const auto& seat : seats) {
    if (seat->failure) std::rethrow_exception(seat->failure);
  }
}

}  // namespace

Ledger run_workload(const Spec& spec, const RunOptions& options) {
  const Schedule schedule = make_schedule(spec, options.seed);
  const PartnerNeeds needs = partner_needs(spec);
  const std::unique_ptr<TruthDirectory> truth = open_truth(needs, spec, options.truth);
  ContendedLocks contended(spec);
  const ResidentMemory resident(spec.resident_mib);
  std::vector<std::unique_ptr<Seat>> seats;
  for (std::size_t i = 0; i < schedule.workers.size(); ++i) {
    const std::vector<ScheduledRequest>& requests = schedule.workers[i];
    seats.push_back(std::unique_ptr<Seat>(new Seat{
        i, "worker-" + std::to_string(i), Partners(spec, i, truth.get(), &contended), requests}));
    seats.back()->partners.child().gives_back(resident.bytes());
  }
  std::unique_ptr<CoroutinePool> pool;
  if (spec.executor == Executor::kCoroutinePool) {
    pool = std::make_unique<CoroutinePool>(spec, schedule);
  }
  Run run{spec, options.full, pool.get(), std::latch(spec.workers)};
  run_all(run, seats);

  Ledger ledger{spec.json, options.seed, {}, {}};
  note_skipped(needs, truth.get(), ledger);
  for (const auto& seat : seats) {
    for (LedgerThread& thread : seat->result) ledger.threads.push_back(std::move(thread));
  }
  return ledger;
}

}  // namespace plumbline::workloads
