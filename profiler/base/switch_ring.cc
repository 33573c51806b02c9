#include "profiler/base/switch_ring.h"

#include "profiler/base/perf_event.h"

namespace plumbline::base {

namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kMappedBytes = 2 * kPageBytes;  // positions, records

int open_switch_event() {
  perf_event_attr attributes = user_mode_event(PERF_COUNT_SW_DUMMY);
  attributes.context_switch = 1;
  // Nobody is to be woken for them.
  attributes.watermark = 1;
  attributes.wakeup_watermark = kPageBytes;
  return open_on_this_thread(attributes);
}

}  // namespace

bool SwitchRing::open() {
  close();
  file_ = OwnFile(open_switch_event());
  if (file_.fd() < 0) return false;
  const long mapped =
      sys::call(SYS_mmap, 0, kMappedBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_.fd(), 0);
  if (mapped < 0 && mapped > -static_cast<long>(kPageBytes)) {
    file_.close();
    return false;
  }
  page_ = reinterpret_cast<perf_event_mmap_page*>(mapped);
  return true;
}

void SwitchRing::close() {
  if (page_ != nullptr) sys::unmap_memory(page_, kMappedBytes);
  page_ = nullptr;
  file_.close();
}

void SwitchRing::silence() const {
  if (file_.still_ours()) sys::ioctl(file_.fd(), PERF_EVENT_IOC_DISABLE, nullptr);
}

SwitchFlag SwitchRing::flag() const {
  static_assert(sizeof(page_->data_head) == sizeof(std::uint64_t));
  return SwitchFlag::of_ring(reinterpret_cast<volatile std::uint64_t*>(&page_->data_head),
                             reinterpret_cast<volatile std::uint64_t*>(&page_->data_tail));
}

}  // namespace plumbline::base
