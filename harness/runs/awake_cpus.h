// Keeps the CPUs of a virtual machine from halting while something is measured there.
//
// A host takes CPUs that halt, and is late to give them back: with half of two virtual CPUs idle it
// took 4-35 % of their time, and with a spinner of the idle class on each 0.0-0.7 % (README.md).
// Called by the experiments. The spinners give way to whatever else is runnable, and end with this.
// Thread rule: the threads are its own; they take no signal. Failure: none; a CPU on which no
// spinner may run, or may not be of the idle class, is left as it is.
#pragma once

#include <atomic>
#include <string_view>
#include <thread>
#include <vector>

namespace plumbline::harness {

// Off, too, where a control group limits the CPU: the spinners would use up what there is.
enum class KeepAwake { kOff, kOn, kOnVirtualMachines };

// "on", "off"; anything else is "auto", the last of them.
KeepAwake keep_awake_of(std::string_view name);

class AwakeCpus {
 public:
  AwakeCpus(KeepAwake wanted, bool virtualized);
  ~AwakeCpus();
  AwakeCpus(const AwakeCpus&) = delete;
  AwakeCpus& operator=(const AwakeCpus&) = delete;

  // CPUs that are kept awake.
  int count() const { return awake_; }

 private:
  void spin() const;

  std::atomic<bool> stopping_{false};
  std::atomic<int> awake_{0};
  std::vector<std::thread> spinners_;
};

// Of a line of a control group's cpu.max: "max 100000" is none.
bool is_cpu_limit(std::string_view cpu_max);

}  // namespace plumbline::harness
