// Work whose CPU is known by function: the truth for tests of samples.
//
// Each piece is timed by the thread's own CPU clock at its two ends, so that the truth is what was
// spent, not what was meant. Everything is done below active spans.
// Thread rule: one thread. Failure: an assertion of the caller (a mapping or a file is refused).
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace plumbline::test {

using CpuByFunction = std::map<std::string, std::int64_t>;  // nanoseconds

// Functions work_1 to work_10, which have k/55 of the CPU each and do their work in one leaf, one
// after another in rounds that take exactly `round_ns` of the thread's CPU.
CpuByFunction work_in_rounds(std::int64_t round_ns, std::int64_t cpu_ns);

// Equal CPU, in turns of `turn_ns`, in three functions under endpoints of the same names:
// touch_pages (the kernel's page faults), read_zeros (read by inline `syscall`) and spin.
CpuByFunction work_in_kernel(std::int64_t turn_ns, std::int64_t cpu_ns);

// Spans of one endpoint, "pooled": 90 % take 200 us in short_work, 10 % take 20 ms in long_work.
CpuByFunction work_in_short_and_long_spans(std::int64_t cpu_ns);

}  // namespace plumbline::test
