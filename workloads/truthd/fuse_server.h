// A file system whose operations last as long as their worker asked: some files for each worker
// (truth_protocol.h), served by the raw /dev/fuse protocol, without libfuse.
//
// Used by plumbline-truthd. What is held of a file of worker N is answered at t0 + delay of slot N,
// and the slot gets the moment just before the answer.
// Thread rule: as many threads as requests are held, and one more that waits for the next; the
// kernel hands each request to one of them. They run until the process ends; so must the server.
// Failure rule: the threads end when the file system is unmounted; a request that is not known is
// answered ENOSYS.
#pragma once

#include <linux/fuse.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "workloads/truth_protocol.h"
#include "workloads/truthd/lateness.h"

namespace plumbline::workloads {

class FuseServer {
 public:
  // `device`: /dev/fuse, as it was mounted. Nothing passed in is owned.
  FuseServer(int device, SlotTable& slots, Lateness& lateness)
      : device_(device), slots_(slots), lateness_(lateness) {}

  // Starts one more thread.
  void start();

 private:
  void serve();
  void answer(const fuse_in_header& request, const std::byte* body);
  void answer_init(std::uint64_t unique, const fuse_init_in& init);
  void answer_lookup(std::uint64_t unique, std::string_view name);
  void answer_attributes(std::uint64_t unique, std::uint64_t node);
  void answer_open(std::uint64_t unique, std::uint64_t node);
  void answer_read(const fuse_in_header& request, const fuse_read_in& read);
  void answer_write(const fuse_in_header& request, const fuse_write_in& write);
  void answer_fsync(const fuse_in_header& request);

  // Waits until the slot of `node` asks for the answer, and records the moment.
  void hold(std::uint64_t node);
  void reply(std::uint64_t unique, int error_number, std::span<const std::byte> body = {});

  int device_;
  SlotTable& slots_;
  Lateness& lateness_;
  std::atomic<int> idle_{0};  // threads that wait for a request, or are about to
};

}  // namespace plumbline::workloads
