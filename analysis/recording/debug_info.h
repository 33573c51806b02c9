// Functions and lines of one ELF file, by address in that file.
//
// Used by the symbolizer. Thread rule: one thread.
// Failure: none; what is not known comes back empty.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

struct backtrace_state;

namespace plumbline::analysis {

// One function at an address. With inlining an address is in several, innermost first.
struct CodeLocation {
  std::string function;  // demangled
  std::string file;      // "" when there is no debug information
  int line = 0;          // 0: not known
};

class DebugInfo {
 public:
  // Opens nothing yet: the file is read at the first look-up, which takes 0.2 s for 5 MB.
  DebugInfo(const std::filesystem::path& file, bool is_position_independent);
  DebugInfo(const DebugInfo&) = delete;
  DebugInfo& operator=(const DebugInfo&) = delete;

  // Innermost first; empty when neither debug information nor a symbol covers the address.
  std::vector<CodeLocation> at(std::uint64_t file_address) const;

 private:
  std::string symbol_at(std::uintptr_t address) const;

  const std::string file_;      // libbacktrace keeps a pointer to it
  const std::uintptr_t shift_;  // file address to the address that libbacktrace expects
  backtrace_state* state_;      // has no way to be freed; small
};

// The same object for the same file and build id, for as long as the process lives: what
// libbacktrace has read it never frees (85 MB for a C++ program, and a harness that symbolizes
// hundreds of runs of it was ended by the kernel at 24 GB).
const DebugInfo& debug_info_of_file(const std::filesystem::path& file, const std::string& build_id,
                                    bool is_position_independent);

// The readable form of a symbol's name, or the name itself when it is not mangled.
std::string demangled(const char* name);

}  // namespace plumbline::analysis
