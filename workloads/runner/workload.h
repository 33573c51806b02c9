// A whole run: partners, worker threads, and the ledger of what they did.
//
// Called by plumbline-workload.
// Thread rule: the main thread; it starts the others and waits for them.
// Failure rule: io::InputError (what is missing, which partner failed), std::system_error.
#pragma once

#include <cstdint>
#include <filesystem>

#include "workloads/ledger.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

struct RunOptions {
  std::uint64_t seed = 1;
  std::filesystem::path truth;  // served by plumbline-truthd; empty where no segment needs it
  bool full = false;            // run queue at both ends of each wait and of nested spans
};

Ledger run_workload(const Spec& spec, const RunOptions& options);

}  // namespace plumbline::workloads
