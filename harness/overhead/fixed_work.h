// The work of an overhead experiment: its amount is fixed, so that only its price can change.
//
// One worker: CPU by iterations, and waits of each category whose length a partner sets.
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>

#include "workloads/spec.h"

namespace plumbline::harness {

// `rounds`: requests, each some 85 ms of which 35 are CPU.
workloads::Spec fixed_work(std::int64_t rounds);

}  // namespace plumbline::harness
