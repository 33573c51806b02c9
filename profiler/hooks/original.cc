#include "profiler/hooks/original.h"

#include <dlfcn.h>

namespace plumbline::hooks::original_detail {

Original functions;
std::atomic<bool> looked_up{false};

namespace {

template <class Function>
void find(Function*& function, const char* name) {
  function = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// glibc keeps the condition variables of before 2003 under the same names; without a version the
// loader may choose those, whose layout differs.
template <class Function>
void find_version(Function*& function, const char* name, const char* version) {
  function = reinterpret_cast<Function*>(dlvsym(RTLD_NEXT, name, version));
  if (function == nullptr) find(function, name);
}

void find_threads(Original& f) {
  find(f.pthread_create, "pthread_create");
  find(f.pthread_mutex_lock, "pthread_mutex_lock");
  find(f.pthread_mutex_trylock, "pthread_mutex_trylock");
  find(f.pthread_mutex_timedlock, "pthread_mutex_timedlock");
  find(f.pthread_mutex_clocklock, "pthread_mutex_clocklock");
  find_version(f.pthread_cond_wait, "pthread_cond_wait", "GLIBC_2.3.2");
  find_version(f.pthread_cond_timedwait, "pthread_cond_timedwait", "GLIBC_2.3.2");
  find(f.pthread_cond_clockwait, "pthread_cond_clockwait");
  find(f.nanosleep, "nanosleep");
  find(f.clock_nanosleep, "clock_nanosleep");
}

void find_files(Original& f) {
  find(f.read, "read");
  find(f.pread, "pread64");
  find(f.read_chk, "__read_chk");
  find(f.pread_chk, "__pread64_chk");
  find(f.write, "write");
  find(f.pwrite, "pwrite64");
  find(f.fsync, "fsync");
  find(f.fdatasync, "fdatasync");
}

void find_sockets(Original& f) {
  find(f.send, "send");
  find(f.sendto, "sendto");
  find(f.recv, "recv");
  find(f.recvfrom, "recvfrom");
  find(f.recv_chk, "__recv_chk");
  find(f.recvfrom_chk, "__recvfrom_chk");
  find(f.poll, "poll");
  find(f.ppoll, "ppoll");
  find(f.poll_chk, "__poll_chk");
  find(f.ppoll_chk, "__ppoll_chk");
}

}  // namespace

void look_up() {
  Original found{};
  find_threads(found);
  find_files(found);
  find_sockets(found);
  functions = found;  // two threads that come first together write the same values
  looked_up.store(true, std::memory_order_release);
}

}  // namespace plumbline::hooks::original_detail
