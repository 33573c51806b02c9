#include "analysis/io/error.h"

#include <fmt/format.h>

#include <system_error>

namespace plumbline::io {

InputError damaged_file(const std::filesystem::path& file, std::uint64_t offset,
                        const std::string& what) {
  return InputError(fmt::format("{}: at byte {}: {}", file.string(), offset, what));
}

InputError system_failure(const std::filesystem::path& file, const std::string& what,
                          int error_number) {
  // Not strerror(), whose buffer threads share.
  const std::string reason = std::generic_category().message(error_number);
  return InputError(fmt::format("{}: {}: {}", file.string(), what, reason));
}

}  // namespace plumbline::io
