// Errors of everything that runs outside the target: one line that says what, where, what to do.
//
// Thrown by readers and writers, caught once at the top of each command, which prints the line
// and turns the kind into the exit code (design: 2 for usage and unreadable input).
// Thread rule: any thread. Failure rule: this is the failure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace plumbline::io {

// A command line, specification, recording, ledger or folder that cannot be used. Exit code 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// "FILE: at byte OFFSET: WHAT" for damaged binary files.
InputError damaged_file(const std::filesystem::path& file, std::uint64_t offset,
                        const std::string& what);

// "FILE: WHAT: STRERROR" for failed system calls.
InputError system_failure(const std::filesystem::path& file, const std::string& what,
                          int error_number);

}  // namespace plumbline::io
