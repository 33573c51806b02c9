#include "tests/profiler/planted_signals.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>

// Past the hook of sigaction: its trampoline is one of the places for breakpoints.
extern "C" int __sigaction(int number, const struct sigaction* action, struct sigaction* before);

namespace plumbline::test {
namespace {

constexpr std::uint8_t kBreakpoint = 0xCC;  // int3
constexpr std::uintptr_t kPageBytes = 4096;

// What the handler of SIGTRAP knows: planted breakpoints and the bytes that they replaced.
const std::map<std::uintptr_t, std::uint8_t>* planted = nullptr;
void (*wanted_once)() = nullptr;
bool came = false;
std::vector<std::uintptr_t>* entered = nullptr;

std::uint8_t& code_at(std::uintptr_t address) { return *reinterpret_cast<std::uint8_t*>(address); }

void on_trap(int, siginfo_t*, void* argument) {
  auto& registers = static_cast<ucontext_t*>(argument)->uc_mcontext.gregs;
  const auto address = static_cast<std::uintptr_t>(registers[REG_RIP]) - 1;
  const auto found = planted->find(address);
  if (found == planted->end()) std::abort();  // a breakpoint that is not ours
  code_at(address) = found->second;
  registers[REG_RIP] = static_cast<greg_t>(address);
  if (entered != nullptr) entered->push_back(address);
  came = true;
  if (wanted_once != nullptr) wanted_once();
}

// [begin, end) of the code of the object that holds `address`.
struct Code {
  std::uintptr_t address, begin = 0, end = 0;
};
int find_code(dl_phdr_info* object, std::size_t, void* argument) {
  auto& code = *static_cast<Code*>(argument);
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    if (code.address < begin || code.address >= begin + segment.p_memsz) continue;
    code.begin = begin & ~(kPageBytes - 1);
    code.end = begin + segment.p_memsz;
    return 1;
  }
  return 0;
}

}  // namespace

Listing list_instructions(const void* symbol) {
  Dl_info info{};
  EXPECT_NE(dladdr(symbol, &info), 0);
  const auto base = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  const std::string command =
      std::string("objdump -dC -j .text --no-show-raw-insn '") + info.dli_fname + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), pclose);
  Listing listing;
  char line[4096];
  while (fgets(line, sizeof line, output.get()) != nullptr) {
    char* end = nullptr;
    const std::uintptr_t offset = std::strtoull(line, &end, 16);
    if (end == line) continue;
    if (std::string_view(end).starts_with(" <")) {
      std::string name(end + 2);
      listing.functions.push_back(name.substr(0, name.rfind('>')));
    } else if (*end == ':' && !listing.functions.empty()) {
      const auto row = static_cast<std::uint32_t>(listing.functions.size() - 1);
      listing.instructions.push_back({base + offset, row});
    }
  }
  EXPECT_GT(listing.instructions.size(), 1'000U) << command;
  return listing;
}

PlantedSignals::PlantedSignals(const Listing& listing) : listing_(listing) {
  Code code{listing.instructions.front().address};
  dl_iterate_phdr(find_code, &code);
  EXPECT_EQ(mprotect(reinterpret_cast<void*>(code.begin), code.end - code.begin,
                     PROT_READ | PROT_WRITE | PROT_EXEC),
            0);
  struct sigaction action {};
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO;
  EXPECT_EQ(__sigaction(SIGTRAP, &action, nullptr), 0);
}

PlantedSignals::~PlantedSignals() { signal(SIGTRAP, SIG_DFL); }

bool PlantedSignals::run(const Instruction& instruction, const std::function<void()>& body,
                         void (*in_handler)()) {
  std::uint8_t& byte = code_at(instruction.address);
  const std::map<std::uintptr_t, std::uint8_t> one{{instruction.address, byte}};
  planted = &one;
  wanted_once = in_handler;
  came = false;
  byte = kBreakpoint;
  body();
  byte = one.at(instruction.address);
  planted = nullptr;
  return came;
}

std::vector<bool> PlantedSignals::functions_entered(const std::function<void()>& body) {
  std::map<std::uintptr_t, std::uint8_t> firsts;
  std::map<std::uintptr_t, std::uint32_t> function_at;
  std::uint32_t last = ~0U;
  for (const Instruction& instruction : listing_.instructions) {
    if (instruction.function == last) continue;
    last = instruction.function;
    firsts[instruction.address] = code_at(instruction.address);
    function_at[instruction.address] = last;
  }
  std::vector<std::uintptr_t> addresses;
  addresses.reserve(firsts.size());
  planted = &firsts;
  wanted_once = nullptr;
  entered = &addresses;
  for (const auto& [address, byte] : firsts) code_at(address) = kBreakpoint;
  body();
  for (const auto& [address, byte] : firsts) code_at(address) = byte;
  planted = nullptr;
  entered = nullptr;
  std::vector<bool> result(listing_.functions.size(), false);
  for (const std::uintptr_t address : addresses) result[function_at.at(address)] = true;
  return result;
}

}  // namespace plumbline::test
