// Recordings at random: forests of spans that overlap, outlive their parents, tie in time or have
// no parent; threads that wait, sample, call and lose.
//
// Used by tests of laws that hold for every recording. Thread rule: one thread. Failure: none.
#pragma once

#include <cstdint>
#include <random>

#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::test {

inline constexpr std::uint64_t kRandomSpans = 14;

class RandomRecording {
 public:
  explicit RandomRecording(std::uint64_t seed) : engine_(seed) {
    if (one_in(2)) builder_.setting("sampler", "perf_task_clock_user");
    builder_.name(1, "A").name(2, "B").name(3, "C").thread(1, 1);
    for (std::uint64_t id = 1; id <= kRandomSpans; ++id) add_span(id);
    for (std::uint32_t thread = 1; thread <= 3; ++thread) add_thread(thread);
  }

  analysis::Recording read() { return analysis::read_recording(builder_.bytes(), "random.plumb"); }

  std::int64_t below(std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(engine_);
  }
  bool one_in(std::int64_t chances) { return below(chances) == 0; }

 private:
  std::uint64_t some_id() { return 1 + static_cast<std::uint64_t>(below(kRandomSpans)); }

  void add_span(std::uint64_t id) {
    if (one_in(12)) return;  // the start is lost
    const bool is_root = one_in(3);
    const std::uint64_t root = is_root ? id : (one_in(8) ? 999 : some_id());
    const std::uint64_t parent = is_root && one_in(2) ? 0 : (one_in(8) ? 888 : some_id());
    const std::int64_t start = below(60) * 100;  // many ties
    builder_.span_start({.id = id,
                         .root = root,
                         .parent = parent,
                         .start = start,
                         .name = 1 + static_cast<std::uint32_t>(below(3))});
    if (!one_in(6)) builder_.span_end(id, start + below(40) * 100);
  }

  Frames frames() {
    Frames frames;
    for (std::int64_t depth = below(6); depth > 0; --depth) {
      frames.push_back(0x10000 + static_cast<std::uint64_t>(below(5)));
    }
    return frames;
  }

  void add_thread(std::uint32_t thread) {
    builder_.thread(thread, static_cast<std::int32_t>(thread));
    now_ = {.wall = 10 + below(500), .cpu = 10'000};
    active_ = 0;
    builder_.thread_start(now_);
    for (int step = 0; step < 60; ++step) add_step();
    builder_.thread_end(now_);
  }

  void run() {
    const std::int64_t cpu = one_in(4) ? 0 : below(150);
    now_.cpu += cpu;
    now_.wall += cpu + (one_in(6) ? below(3) - 1 : 0);
    if (one_in(4)) {
      const std::int64_t delay = below(60);
      now_.run_delay += delay;
      now_.wall += delay;
    }
    if (one_in(8)) now_.stolen += below(20);
    if (one_in(8)) {  // blocked where no hook is
      now_.wall += below(90);
      ++now_.switches;
      now_.faults += one_in(2) ? 1 : 0;
    }
  }

  void add_step() {
    run();
    switch (below(6)) {
      case 0:
      case 1:
        active_ = one_in(4) ? 0 : some_id();
        builder_.scope(now_, active_);
        break;
      case 2:
        add_wait();
        break;
      case 3:
        builder_.call_sums(active_, static_cast<format::Category>(1 + below(4)), 3, 60, below(60));
        break;
      case 4:
        builder_.sample({.wall = now_.wall,
                         .cpu = now_.cpu - now_.stolen,
                         .period = 50,
                         .span = active_,
                         .frames = frames(),
                         .in_hook = one_in(6)});
        break;
      default:
        if (one_in(4)) builder_.loss({.at = now_, .span = active_, .waits = 1});
    }
  }

  void add_wait() {
    const EdgeValues begin = now_;
    run();
    now_.wall += below(200);
    ++now_.switches;
    builder_.wait({.begin = begin,
                   .end = now_,
                   .span = one_in(8) ? some_id() : active_,
                   .category = static_cast<format::Category>(1 + below(4)),
                   .frames = frames()});
  }

  std::mt19937_64 engine_;
  RecordingBuilder builder_;
  EdgeValues now_;
  std::uint64_t active_ = 0;
};

}  // namespace plumbline::test
