#include "workloads/runner/working_child.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "workloads/clock.h"

namespace plumbline::workloads {

WorkingChild::~WorkingChild() {
  if (page_ != nullptr) munmap(page_, sizeof(Page));
}

void WorkingChild::start() {
  if (page_ == nullptr) {
    void* page = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (page == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    page_ = static_cast<Page*>(page);
  }
  page_->end_ns.store(0, std::memory_order_relaxed);  // fork orders these two
  page_->release_ns.store(0, std::memory_order_relaxed);
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) work(*page_, given_back_);
}

void WorkingChild::work(Page& page, std::span<std::byte> given_back) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // no worker, no child
  if (!given_back.empty()) munmap(given_back.data(), given_back.size());
  std::int64_t end_ns = 0;
  while (end_ns == 0 || monotonic_ns() < end_ns) {
    end_ns = page.end_ns.load(std::memory_order_acquire);
  }
  page.release_ns.store(monotonic_ns(), std::memory_order_release);
  _exit(0);
}

bool WorkingChild::wait() {
  int status = -1;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace plumbline::workloads
