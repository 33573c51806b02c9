#include "harness/oracle/perf_rings.h"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "analysis/io/error.h"

namespace plumbline::harness::oracle {
namespace {

constexpr std::size_t kRingBytes = 4u << 20;  // 40,000 calls; the reader comes every 20 ms
constexpr std::chrono::milliseconds kReadEvery{20};

perf_event_attr inherited_event() {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU;
  attributes.sample_id_all = 1;
  attributes.inherit = 1;
  attributes.disabled = 1;
  attributes.enable_on_exec = 1;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_MONOTONIC;
  return attributes;
}

perf_event_attr switches() {
  perf_event_attr attributes = inherited_event();
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.context_switch = 1;
  return attributes;
}

perf_event_attr tracepoint(std::uint16_t id) {
  perf_event_attr attributes = inherited_event();
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = id;
  attributes.sample_type |= PERF_SAMPLE_RAW;
  attributes.sample_period = 1;
  return attributes;
}

}  // namespace

struct PerfRings::Ring {
  Ring(int descriptor, std::size_t page_bytes)
      : page_bytes_(page_bytes),
        mapped_(mmap(nullptr, page_bytes + kRingBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                     descriptor, 0)) {
    if (mapped_ == MAP_FAILED) throw io::system_failure("perf ring", "cannot be mapped", errno);
  }
  ~Ring() { munmap(mapped_, page_bytes_ + kRingBytes); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  void empty() {
    auto* head = static_cast<perf_event_mmap_page*>(mapped_);
    const char* data = static_cast<const char*>(mapped_) + page_bytes_;
    const std::uint64_t upto = __atomic_load_n(&head->data_head, __ATOMIC_ACQUIRE);
    std::uint64_t at = head->data_tail;
    while (at < upto) {
      const std::size_t offset = at % kRingBytes;
      const std::size_t part = std::min<std::size_t>(upto - at, kRingBytes - offset);
      bytes.append(data + offset, part);
      at += part;
    }
    __atomic_store_n(&head->data_tail, upto, __ATOMIC_RELEASE);
  }

  std::string bytes;

 private:
  std::size_t page_bytes_;
  void* mapped_;
};

PerfRings::PerfRings(const CallLayouts& layouts) {
  const long cpus = sysconf(_SC_NPROCESSORS_CONF);
  for (int cpu = 0; cpu < cpus; ++cpu) open_cpu(cpu, layouts);
  if (rings_.empty()) throw io::system_failure("perf_event_open", "refused", ENODEV);
  reader_ = std::thread([this] { empty_until_told(); });
}

PerfRings::~PerfRings() { stop(); }

int PerfRings::open_event(const void* attributes, int cpu) {
  constexpr int kThisThread = 0, kNoGroup = -1;
  const auto event = static_cast<int>(
      syscall(SYS_perf_event_open, attributes, kThisThread, cpu, kNoGroup, PERF_FLAG_FD_CLOEXEC));
  if (event >= 0) events_.push_back(std::make_unique<io::FileDescriptor>(event));
  return event;
}

void PerfRings::open_cpu(int cpu, const CallLayouts& layouts) {
  const perf_event_attr leader_attributes = switches();
  const int leader = open_event(&leader_attributes, cpu);
  if (leader < 0 && errno == ENODEV) return;  // not online
  if (leader < 0) throw io::system_failure("perf_event_open", "context switches refused", errno);
  rings_.push_back(std::make_unique<Ring>(leader, static_cast<std::size_t>(sysconf(_SC_PAGESIZE))));
  for (const EventLayout* layout : {&layouts.begins, &layouts.ends}) {
    const perf_event_attr attributes = tracepoint(layout->id);
    const int event = open_event(&attributes, cpu);
    if (event < 0 || ioctl(event, PERF_EVENT_IOC_SET_OUTPUT, leader) != 0) {
      throw io::system_failure("perf_event_open", "system calls refused", errno);
    }
  }
}

void PerfRings::empty_until_told() {
  while (!finished_.load(std::memory_order_acquire)) {
    for (const auto& ring : rings_) ring->empty();
    std::this_thread::sleep_for(kReadEvery);
  }
}

void PerfRings::stop() {
  finished_.store(true, std::memory_order_release);
  if (reader_.joinable()) reader_.join();
}

std::vector<std::string> PerfRings::finish() {
  stop();
  std::vector<std::string> bytes;
  for (const auto& ring : rings_) {
    ring->empty();
    bytes.push_back(std::move(ring->bytes));
  }
  return bytes;
}

}  // namespace plumbline::harness::oracle
