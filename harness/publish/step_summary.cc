#include "harness/publish/step_summary.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "analysis/io/error.h"
#include "analysis/io/file_descriptor.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/write_fully.h"
#include "harness/publish/formats.h"

namespace plumbline::harness::publish {
namespace {

constexpr std::size_t kLeastBytes = 16'384;

void append_to(const char* file, const Results& results) {
  // O_NONBLOCK: a pipe without a reader fails at once.
  const io::FileDescriptor descriptor(
      open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666));
  if (descriptor.number() < 0) throw io::system_failure(file, "cannot open", errno);
  struct stat status {};
  if (fstat(descriptor.number(), &status) != 0)
    throw io::system_failure(file, "cannot stat", errno);
  if (!S_ISREG(status.st_mode)) throw io::InputError(std::string(file) + ": is not a regular file");
  // What an earlier command of the step wrote counts too.
  const auto used = static_cast<std::size_t>(status.st_size);
  if (used + kLeastBytes > kStepSummaryBytes) {
    throw io::InputError(fmt::format("{}: is full: {} bytes of {}", file, used, kStepSummaryBytes));
  }
  const std::string text = markdown_of(results, kStepSummaryBytes - used);
  const int error_number = io::write_fully(descriptor.number(), text);
  if (error_number != 0) throw io::system_failure(file, "cannot write", error_number);
}

}  // namespace

void append_step_summary(const Results& results) {
  const char* file = std::getenv("GITHUB_STEP_SUMMARY");
  if (file == nullptr || *file == '\0') return;
  try {
    append_to(file, results);
  } catch (const io::InputError& error) {
    fmt::print(stderr, "plumbline: no step summary: {}\n", io::terminal_safe(error.what()));
  }
}

}  // namespace plumbline::harness::publish
