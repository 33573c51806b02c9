#include "workloads/truthd/shared_slots.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "analysis/io/error.h"

namespace plumbline::workloads {
namespace {

void make_shared_lock(pthread_mutex_t& lock) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&lock, &attributes);
  pthread_mutexattr_destroy(&attributes);
}

}  // namespace

SharedSlots::SharedSlots(const std::filesystem::path& link)
    : link_(link), memory_(memfd_create("plumbline-slots", MFD_CLOEXEC)) {
  const int memory = memory_.number();
  if (memory < 0 || ftruncate(memory, sizeof(SlotTable)) != 0) {
    throw io::system_failure(link, "cannot make the slot table", errno);
  }
  void* mapped = mmap(nullptr, sizeof(SlotTable), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  if (mapped == MAP_FAILED) throw io::system_failure(link, "cannot map the slot table", errno);
  table_ = static_cast<SlotTable*>(mapped);  // all zero: every request is answered at once
  for (Slot& slot : *table_) make_shared_lock(slot.lock);
  const std::string target = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(memory);
  unlink(link.c_str());
  if (symlink(target.c_str(), link.c_str()) != 0) {
    throw io::system_failure(link, "cannot make the link to the slot table", errno);
  }
}

SharedSlots::~SharedSlots() { unlink(link_.c_str()); }

}  // namespace plumbline::workloads
