// A file system whose operations last as long as their worker asked: one file for each worker,
// served by the raw /dev/fuse protocol, without libfuse.
//
// Used by plumbline-truthd. Reads, writes and syncs of `worker-N` are answered at t0 + delay of
// slot N, and the slot gets the moment just before the answer.
// Thread rule: many threads may call serve(); the kernel hands each request to one of them.
// Failure rule: serve() returns when the file system is unmounted; a request that is not known
// is answered ENOSYS.
#pragma once

#include <linux/fuse.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "workloads/truth_protocol.h"

namespace plumbline::workloads {

class FuseServer {
 public:
  // `device`: /dev/fuse, as it was mounted. Neither it nor `slots` is owned.
  FuseServer(int device, SlotTable& slots) : device_(device), slots_(slots) {}

  // Answers requests until the file system is gone.
  void serve();

 private:
  void answer(const fuse_in_header& request, const std::byte* body);
  void answer_init(std::uint64_t unique, const fuse_init_in& init);
  void answer_lookup(std::uint64_t unique, std::string_view name);
  void answer_attributes(std::uint64_t unique, std::uint64_t node);
  void answer_open(std::uint64_t unique);
  void answer_read(const fuse_in_header& request, const fuse_read_in& read);
  void answer_write(const fuse_in_header& request, const fuse_write_in& write);
  void answer_fsync(const fuse_in_header& request);

  // Waits until the slot of `node` asks for the answer, and records the moment.
  void hold(std::uint64_t node);
  void reply(std::uint64_t unique, int error_number, std::span<const std::byte> body = {});

  int device_;
  SlotTable& slots_;
};

}  // namespace plumbline::workloads
