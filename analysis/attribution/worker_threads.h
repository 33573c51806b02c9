// Work over many rows, split into parts that run at the same time.
//
// Used by time_load.cc, selected_time.cc and methods.cc. Each part has what it writes to itself;
// the caller joins the parts in their order, so that the result does not depend on their number.
// Thread rule: the caller's thread does the first part and waits for the others.
// Failure: what a part throws, once all have ended.
#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace plumbline::analysis {

struct Share {
  std::size_t part = 0, parts = 1;

  // Of `rows`: from begin to before end.
  std::size_t begin(std::size_t rows) const { return rows * part / parts; }
  std::size_t end(std::size_t rows) const { return rows * (part + 1) / parts; }
};

// Fewer rows are not worth a thread.
inline std::size_t parts_for(std::size_t rows) {
  constexpr std::size_t kRowsOfAThread = 250'000, kMostThreads = 8;
  const std::size_t processors = std::max(1u, std::thread::hardware_concurrency());
  return std::clamp<std::size_t>(rows / kRowsOfAThread, 1, std::min(processors, kMostThreads));
}

template <class Work>
void run_parts(std::size_t parts, Work work) {
  std::vector<std::future<void>> others;
  for (std::size_t part = 1; part < parts; ++part) {
    others.push_back(std::async(std::launch::async, [&work, part, parts] {
      work(Share{part, parts});
    }));
  }
  work(Share{0, parts});
  for (std::future<void>& other : others) other.get();
}

}  // namespace plumbline::analysis
