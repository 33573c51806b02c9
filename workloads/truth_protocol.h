// What the workload and plumbline-truthd say to each other, and where in the truth directory.
//
// A worker publishes when a wait began (t0) and how long it shall last; the other side answers at
// t0 + delay and says when it did: release_ns, which is the truth. For files this goes through
// the slot table, for sockets through the messages themselves.
// Thread rule: a slot belongs to one worker and, while its request is open, to one server thread.
// Failure: none (layout only).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "workloads/spec.h"

namespace plumbline::workloads {

// Entries of the truth directory.
inline constexpr const char* kSlotsEntry = "slots";       // the slot table, to be mapped
inline constexpr const char* kPeersEntry = "peers.sock";  // Unix stream socket
inline constexpr const char* kFilesEntry = "files";       // mount point
inline constexpr const char* kSkippedEntry = "skipped";   // why a category is not served; or empty

// One file for each worker: operations on one inode exclude each other in the kernel (fsync takes
// its lock), and an fsync carries no offset that could tell the workers apart.
inline std::string worker_file_name(std::size_t worker) {
  return "worker-" + std::to_string(worker);
}

// On a cache line of its own, so that workers do not slow each other.
struct alignas(64) Slot {
  // Worker to server. Relaxed, both: the system call that makes the request orders them.
  std::atomic<std::int64_t> t0_ns{0};
  std::atomic<std::int64_t> delay_ns{0};  // from t0; 0: answer at once
  // Server to worker. Relaxed: the reply that ends the call orders it.
  std::atomic<std::int64_t> release_ns{0};
};
static_assert(sizeof(Slot) == 64 && std::atomic<std::int64_t>::is_always_lock_free);

using SlotTable = std::array<Slot, kMaxWorkers>;

struct PeerRequest {
  std::int64_t t0_ns;
  std::int64_t delay_ns;
};

struct PeerReply {
  std::int64_t release_ns;
};

}  // namespace plumbline::workloads
