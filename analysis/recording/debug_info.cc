// libbacktrace (gcc's own copy) is meant to look up addresses of the running program. It is used
// here on other files, as follows. It takes the file it is given for the running program's own and
// learns from the loader where the *running* program was put; so a position-independent file's
// addresses have to be shifted by this program's own load address, and a fixed file's not at all.
// That is not documented: tests/analysis/symbolizer_test.cc pins it against nm.
#include "analysis/recording/debug_info.h"

#include <backtrace.h>
#include <cxxabi.h>
#include <link.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

namespace plumbline::analysis {

namespace {

// The loader reports the main program first.
std::uintptr_t own_load_address() {
  std::uintptr_t address = 0;
  const auto first_object = [](dl_phdr_info* info, std::size_t, void* result) {
    *static_cast<std::uintptr_t*>(result) = info->dlpi_addr;
    return 1;
  };
  dl_iterate_phdr(first_object, &address);
  return address;
}

// Files without debug information are no error here: the answer is then empty.
void ignore_error(void*, const char*, int) {}

bool is_mangled(std::string_view name) { return name.starts_with("_Z"); }

struct Found {
  std::vector<CodeLocation> locations;
  bool outermost_is_qualified = false;
};

int add_location(void* data, std::uintptr_t, const char* file, int line, const char* function) {
  auto& found = *static_cast<Found*>(data);
  if (function == nullptr && file == nullptr) return 0;
  found.locations.push_back(
      {function == nullptr ? "" : demangled(function), file == nullptr ? "" : file, line});
  found.outermost_is_qualified = function != nullptr && is_mangled(function);
  return 0;
}

void set_symbol(void* data, std::uintptr_t, const char* symbol, std::uintptr_t, std::uintptr_t) {
  if (symbol != nullptr) *static_cast<std::string*>(data) = symbol;
}

// Parts of a function that the compiler split off or specialised are still that function.
std::string without_clone_suffix(std::string name) {
  const std::size_t suffix = name.find(" [clone ");
  if (suffix != std::string::npos) name.resize(suffix);
  return name;
}

}  // namespace

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 && text != nullptr ? text.get() : name;
}

DebugInfo::DebugInfo(const std::filesystem::path& file, bool is_position_independent)
    : file_(file.string()),
      shift_(is_position_independent ? own_load_address() : 0),
      state_(backtrace_create_state(file_.c_str(), /*threaded=*/0, ignore_error, nullptr)) {}

std::string DebugInfo::symbol_at(std::uintptr_t address) const {
  std::string symbol;
  backtrace_syminfo(state_, address, set_symbol, ignore_error, &symbol);
  return symbol;
}

std::vector<CodeLocation> DebugInfo::at(std::uint64_t file_address) const {
  if (state_ == nullptr) return {};
  const std::uintptr_t address = file_address + shift_;
  Found found;
  backtrace_pcinfo(state_, address, add_location, ignore_error, &found);
  std::vector<CodeLocation>& locations = found.locations;
  if (found.outermost_is_qualified) return std::move(locations);
  // Debug information calls functions without linkage by their bare name ("burn"), or does not
  // know the function at all. The symbol has the whole name.
  const std::string symbol = symbol_at(address);
  if (locations.empty() && !symbol.empty()) locations.emplace_back();
  if (locations.empty()) return {};
  std::string& function = locations.back().function;
  if (is_mangled(symbol) || function.empty()) {
    function = without_clone_suffix(demangled(symbol.c_str()));
  }
  if (function.empty()) return {};
  return std::move(locations);
}

const DebugInfo& debug_info_of_file(const std::filesystem::path& file, const std::string& build_id,
                                    bool is_position_independent) {
  using Key = std::tuple<std::filesystem::path, std::string, std::filesystem::file_time_type>;
  static std::map<Key, DebugInfo> known;
  std::error_code ignored;  // a file without a build id may be another one by now
  const Key key(file, build_id, std::filesystem::last_write_time(file, ignored));
  return known.try_emplace(key, file, is_position_independent).first->second;
}

}  // namespace plumbline::analysis
