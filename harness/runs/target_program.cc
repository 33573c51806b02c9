#include "harness/runs/target_program.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>
#include <string_view>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"

namespace plumbline::harness {
namespace {

using Bytes = std::span<const std::byte>;

bool is_executable_file(const std::filesystem::path& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(file.c_str(), X_OK) == 0;
}

io::InputError refusal(const std::filesystem::path& program, std::string_view reason) {
  return io::InputError(fmt::format("{}: cannot be recorded: {}", program.string(), reason));
}

template <class Header>
std::optional<Header> read_at(Bytes file, std::uint64_t offset) {
  Header header;
  if (offset > file.size() || file.size() - offset < sizeof header) return std::nullopt;
  std::memcpy(&header, file.data() + offset, sizeof header);
  return header;
}

bool has_loader(const Elf64_Ehdr& header, Bytes file) {
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = read_at<Elf64_Phdr>(file, header.e_phoff + i * sizeof(Elf64_Phdr));
    if (segment && segment->p_type == PT_INTERP) return true;
  }
  return false;
}

void check_elf(const std::filesystem::path& program, Bytes file) {
  const auto header = read_at<Elf64_Ehdr>(file, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
    throw refusal(program, "neither an ELF program nor a script");
  }
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != EM_X86_64) {
    throw refusal(program, "not a program for x86-64");
  }
  if (!has_loader(*header, file)) {
    throw refusal(program,
                  "it is statically linked, so that no library can be loaded into it; "
                  "link it dynamically");
  }
}

// The kernel sets AT_SECURE for these, and the loader then ignores LD_PRELOAD.
void check_rights(const std::filesystem::path& program) {
  struct stat status {};
  if (stat(program.c_str(), &status) != 0) return;
  const bool other_user = (status.st_mode & S_ISUID) != 0 && status.st_uid != geteuid();
  const bool other_group = (status.st_mode & S_ISGID) != 0 && status.st_gid != getegid();
  if (other_user || other_group) {
    throw refusal(program, "it is setuid or setgid; run it as the user that it changes to");
  }
  const bool capable = getxattr(program.c_str(), "security.capability", nullptr, 0) > 0;
  if (capable && geteuid() != 0) throw refusal(program, "it has file capabilities");
}

// The interpreter of a script's first line; empty: not a script.
std::filesystem::path interpreter_of(Bytes file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with("#!")) return {};
  constexpr std::size_t kLongestFirstLine = 256;  // the kernel's limit
  const std::size_t end = std::min(text.find('\n'), kLongestFirstLine);
  std::istringstream line(std::string(text.substr(2, end)));
  std::string interpreter;
  line >> interpreter;
  return interpreter;
}

}  // namespace

std::filesystem::path find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (is_executable_file(name)) return name;
    throw io::InputError(name + ": no such program, or not executable");
  }
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    auto file = std::filesystem::path(folder.empty() ? "." : folder) / name;
    if (is_executable_file(file)) return file;
  }
  throw io::InputError(name + ": no such program in PATH");
}

void check_can_be_recorded(const std::filesystem::path& program) {
  std::filesystem::path file = program;
  constexpr int kMostInterpreters = 5;  // the kernel's limit
  for (int depth = 0; depth < kMostInterpreters; ++depth) {
    const io::MappedFile mapped(file);
    const std::filesystem::path interpreter = interpreter_of(mapped.bytes());
    if (interpreter.empty()) {
      check_elf(file, mapped.bytes());
      return check_rights(file);
    }
    file = interpreter;
  }
  throw refusal(program, "too many interpreters behind each other");
}

}  // namespace plumbline::harness
