// What a kernel that leaves nothing out would have told about a worker: the oracle tests' input.
//
// Thread rule: plain data and pure functions. Failure: none.
#pragma once

#include <sys/syscall.h>

#include <algorithm>
#include <cstdint>

#include "harness/oracle/kernel_event.h"
#include "workloads/ledger.h"

namespace plumbline::harness::testing {

inline constexpr std::int32_t kStoryProcess = 100, kStoryTid = 101;

// One worker, told step by step; its ledger is kept along.
class KernelStory {
 public:
  using Kind = oracle::KernelEventKind;

  KernelStory() {
    thread_.tid = kStoryTid;
    thread_.begin_ns = now_ns_;
    tell(Kind::kSwitchedIn);
    tell(Kind::kCallEnds, SYS_clone3, 0);  // the thread's birth
    call(SYS_openat, 0, 5);                // descriptor 5 is a file, 6 a socket
    call(SYS_socket, 1, 6);
  }

  void compute(std::int64_t cpu_ns) {
    workloads::LedgerRecord record = begin(workloads::LedgerKind::kCpu);
    pass(cpu_ns);
    end(record);
  }

  // Held by its partner for `held_ns`; then 10 us until someone wakes it, 5 until it is queued, 8
  // until it runs.
  void wait(workloads::LedgerKind kind, std::int32_t number, std::int64_t argument,
            std::int64_t held_ns) {
    workloads::LedgerRecord record = begin(kind);
    record.intended_ns = held_ns;
    tell(Kind::kCallBegins, number, argument);
    pass(2'000);
    tell(Kind::kBlocked);
    now_ns_ += held_ns;
    record.release_ns = now_ns_;
    now_ns_ += 10'000;
    tell(Kind::kWaking);
    now_ns_ += 5'000;
    tell(Kind::kEnqueued);
    now_ns_ += 8'000;
    record.detail = 8'000;
    tell(Kind::kSwitchedIn);
    pass(1'000);
    tell(Kind::kCallEnds, number, 0);
    end(record);
    ++thread_.voluntary_switches;
  }

  void call(std::int32_t number, std::int64_t argument, std::int64_t result) {
    tell(Kind::kCallBegins, number, argument);
    pass(500);
    tell(Kind::kCallEnds, number, result);
  }

  workloads::Ledger ledger() const {
    workloads::Ledger ledger;
    ledger.threads.push_back(thread_);
    ledger.threads.back().end_ns = now_ns_;
    return ledger;
  }

  // Leaves the `number`th event (from 0) of a kind out, as some kernels do.
  void forget(Kind kind, int number) {
    for (auto event = trace.events.begin(); event != trace.events.end(); ++event) {
      if (event->kind != kind || number-- != 0) continue;
      trace.events.erase(event);
      return;
    }
  }

  oracle::KernelTrace trace;

 private:
  void tell(Kind kind, std::int32_t number = -1, std::int64_t value = 0) {
    const bool by_perf = kind != Kind::kWaking && kind != Kind::kEnqueued;
    trace.events.push_back({now_ns_, by_perf ? kStoryProcess : 0, kStoryTid, kind, number, value});
  }

  void pass(std::int64_t cpu_ns) {
    now_ns_ += cpu_ns;
    cpu_ns_ += cpu_ns;
  }

  workloads::LedgerRecord begin(workloads::LedgerKind kind) {
    workloads::LedgerRecord record{};
    record.kind = kind;
    record.step = 1;
    record.c0_ns = cpu_ns_;
    record.t0_ns = now_ns_;
    return record;
  }

  void end(workloads::LedgerRecord record) {
    record.t1_ns = now_ns_;
    record.c1_ns = cpu_ns_;
    thread_.records.push_back(record);
  }

  workloads::LedgerThread thread_;
  std::int64_t now_ns_ = 1'000'000, cpu_ns_ = 0;
};

}  // namespace plumbline::harness::testing
