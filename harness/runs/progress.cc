#include "harness/runs/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "analysis/io/terminal_text.h"

namespace plumbline::harness {

Progress::Progress(std::int64_t runs) : runs_(runs), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (line_open_) std::fputs("\r\x1b[K", stderr);
}

void Progress::run_starts(const std::string& scenario, std::int64_t repeat, std::int64_t repeats) {
  what_ = fmt::format("{}: run {} of {}", io::terminal_safe(scenario), repeat, repeats);
  if (terminal_) show(what_ + time_left(), false);
}

void Progress::run_ended(const RunRow& run) {
  ++attempts_;
  if (run.machine != MachineVerdict::kInvalid) ++done_;
  std::string line = fmt::format("{}: machine {}", what_, name_of(run.machine));
  if (!run.reasons.empty()) line += fmt::format(": {}", fmt::join(run.reasons, "; "));
  // On a terminal only what deserves to be read later stays.
  const bool lasting = !terminal_ || run.machine != MachineVerdict::kOk;
  show(line + (lasting && terminal_ ? "" : time_left()), lasting);
}

void Progress::show(const std::string& line, bool lasting) {
  fmt::print(stderr, "{}{}{}", terminal_ ? "\r\x1b[K" : "", line, lasting ? "\n" : "");
  std::fflush(stderr);
  line_open_ = !lasting;
}

std::string Progress::time_left() const {
  if (attempts_ == 0 || runs_ <= done_) return "";
  const auto spent =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double left = spent / static_cast<double>(attempts_) * static_cast<double>(runs_ - done_);
  return fmt::format(", {:.0f} s left", std::max(1.0, left));
}

}  // namespace plumbline::harness
