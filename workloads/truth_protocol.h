// What the workload and plumbline-truthd say to each other, and where in the truth directory.
//
// A worker publishes when a wait began (t0) and how long it shall last; the other side answers at
// t0 + delay and says in the slot when it did: release_ns, which is the truth. What it shall do
// comes with the file operation itself, or in a message to the peer of the socket or the lock.
// Thread rule: a slot belongs to one worker and, while its request is open, to one server thread.
// Failure: none (layout only).
#pragma once

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "workloads/peer_sockets.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

// Entries of the truth directory.
inline constexpr const char* kSlotsEntry = "slots";       // the slot table, to be mapped
inline constexpr const char* kPeersEntry = "peers.sock";  // Unix stream socket
inline constexpr const char* kFilesEntry = "files";       // mount point
inline constexpr const char* kSkippedEntry = "skipped";   // why a category is not served; or empty

// Which requests of a file are held. Others, and the first look-up, are answered at once.
enum class DelayedFile : std::uint8_t {
  kDirect,  // reads, writes, syncs: each call reaches the server
  kCached,  // reads that miss the page cache
  kMapped,  // the same, apart: each is dropped from the cache as a whole
  kOpened,  // opens
  kStatus,  // stats
};
inline constexpr std::array<const char*, 5> kDelayedFileNames = {"direct", "cached", "mapped",
                                                                 "opened", "status"};

// Files for each worker: operations on one inode exclude each other in the kernel (fsync takes
// its lock), and an fsync carries no offset that could tell the workers apart.
inline std::string delayed_file_name(DelayedFile file, std::size_t worker) {
  return kDelayedFileNames[static_cast<std::size_t>(file)] + ("-" + std::to_string(worker));
}

// On a cache line of its own, so that workers do not slow each other.
struct alignas(64) Slot {
  // Worker to server. Relaxed, both: the system call that makes the request orders them.
  std::atomic<std::int64_t> t0_ns{0};
  std::atomic<std::int64_t> delay_ns{0};  // from t0; 0: answer at once
  // Server to worker. Relaxed: the reply that ends the call orders it.
  std::atomic<std::int64_t> release_ns{0};
  // Held by the server but for the end of each wait for it. Robust: when the server dies with it,
  // the worker is told so.
  pthread_mutex_t lock{};
};
static_assert(sizeof(Slot) == 64 && std::atomic<std::int64_t>::is_always_lock_free);

using SlotTable = std::array<Slot, kMaxWorkers>;

enum class PeerTask : std::uint32_t { kSocket, kLock };

// A worker opens one connection to the peers for each operation and family that it uses, and one
// for its lock, and says which. The answer is where it shall connect to, if anywhere; then come
// requests.
struct PeerHello {
  PeerTask task;
  SocketOperation operation;
  SocketFamily family;
  std::uint32_t worker;
  PeerAddress address;  // kAccept: where the worker listens
};

struct PeerRequest {
  std::int64_t t0_ns;
  std::int64_t delay_ns;
  std::int64_t bytes;  // kSend: what the peer shall take, all in all
};

// kLock, to the peer: the lock is free again; and its answer: it holds the lock.
struct PeerLockTurn {
  char turn;
};

// kSend: the peer has taken everything.
struct PeerDrained {
  char taken;
};

// kSend: what the wait sends, and how much is filled before it. Loopback's TCP segments are 64 KiB:
// with a sender's buffer of two of them the end of one wait in ten hung for a timer of 5-12 ms, and
// with a receiver's smaller than one for 0.2 s; with these, of none in 120. A full TCP buffer may
// still empty into the receiver's when an acknowledgement comes late: the wait sends as much as it
// holds (the kernel doubles what is asked for), and so cannot end before the peer takes something.
inline constexpr std::size_t kUnixBlockingSendBytes = 8192;
inline constexpr int kUnixSendBufferBytes = 65'536;
inline constexpr int kTcpSendBufferBytes = 262'144;
inline constexpr std::size_t kTcpBlockingSendBytes = std::size_t{2} * kTcpSendBufferBytes;
inline constexpr int kReceiveBufferBytes = 524'288;

}  // namespace plumbline::workloads
