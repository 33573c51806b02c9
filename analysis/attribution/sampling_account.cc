#include "analysis/attribution/sampling_account.h"

#include <fmt/format.h>

namespace plumbline::analysis {

namespace {

constexpr auto kCpu = static_cast<std::size_t>(format::Category::kCpu);

std::vector<SamplingSum> sums_of(const Recording& recording, const Partition& partition) {
  const ThreadTable& threads = recording.threads;
  std::vector<SamplingSum> sums(threads.size());
  for (Index row = 0; row < threads.size(); ++row) {
    const format::ThreadSampling& sampling = threads.sampling[row];
    sums[row].dropped = sampling.dropped;
    sums[row].overruns = sampling.overruns;
    sums[row].unseen = sampling.unseen;
    sums[row].signals = sampling.signals;
    sums[row].asked_ns = sampling.asked_ns;
  }
  for (const Index thread : recording.samples.thread) ++sums[thread].recorded;
  for (const Segment& segment : partition.segments) {
    sums[segment.thread].cpu_ns += segment.parts.category[kCpu];
  }
  return sums;
}

void add(SamplingSum& total, const SamplingSum& sum) {
  total.recorded += sum.recorded;
  total.dropped += sum.dropped;
  total.overruns += sum.overruns;
  total.unseen += sum.unseen;
  total.signals += sum.signals;
  total.asked_ns += sum.asked_ns;
  total.cpu_ns += sum.cpu_ns;
}

// A thread that was killed had signals after its last totals.
std::string check(const Recording& recording, const std::vector<SamplingSum>& sums) {
  std::uint64_t checked = 0;
  for (Index row = 0; row < sums.size(); ++row) {
    if (!recording.threads.ended[row] || sums[row].signals == 0) continue;
    ++checked;
    if (sums[row].signals == sums[row].recorded + sums[row].dropped) continue;
    return fmt::format("DIFFERS: thread {} had {} signals, {} recorded, {} dropped",
                       recording.threads.tid[row], sums[row].signals, sums[row].recorded,
                       sums[row].dropped);
  }
  return checked != 0 ? "agrees" : "not checked: no sampled thread came to its end";
}

}  // namespace

double SamplingSum::per_cpu_second(std::uint64_t count) const {
  return cpu_ns <= 0 ? 0 : static_cast<double>(count) * 1e9 / static_cast<double>(cpu_ns);
}

bool has_lockstep_risk(const Recording& recording) {
  const auto setting = recording.settings.find("lockstep_risk");
  return setting != recording.settings.end() && setting->second != "no";
}

SamplingAccount sampling_account_of(const Recording& recording, const Partition& partition) {
  SamplingAccount account;
  account.threads = sums_of(recording, partition);
  const auto sampler = recording.settings.find("sampler");
  const bool sampled = sampler != recording.settings.end() && sampler->second != "none";
  for (Index row = 0; row < account.threads.size(); ++row) {
    const format::SampleClock clock = recording.threads.sampling[row].clock;
    account.clock.push_back(clock);
    account.threads_on_tick += clock == format::SampleClock::kThreadCpuTimer ? 1 : 0;
    if (sampled) add(account.total, account.threads[row]);
  }
  account.check = check(recording, account.threads);
  account.lockstep_risk = has_lockstep_risk(recording);
  return account;
}

}  // namespace plumbline::analysis
