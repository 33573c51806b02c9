// Every row of every loaded module: the table must say what elfutils' libdw says of the same code.
//
// Both answers are worked out on made-up registers and memory, so that rules are compared by what
// they mean, not by how they are written down. Addresses: the first and the last byte of each row.
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <gtest/gtest.h>
#include <link.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "profiler/unwind/cfi_program.h"
#include "profiler/unwind/loaded_object.h"
#include "profiler/unwind/module_map.h"

namespace plumbline::unwind {
namespace {

// A frame to work rules out on: registers far apart, memory that depends on the address.
std::uint64_t register_value(std::uint64_t number) { return 0x1000'0000 * (number + 1); }
std::uint64_t memory_at(std::uint64_t address) { return address * 0x9e37'79b9'7f4a'7c15; }

// What a rule says of one address: the CFA and where two registers are saved (0: not in memory).
struct Meaning {
  std::uint64_t cfa = 0;
  std::uint64_t rbp_at = 0;
  std::uint64_t rbx_at = 0;
  bool is_root = false;
  bool operator==(const Meaning&) const = default;
};

std::uint64_t place(Saved saved, int words, std::uint64_t cfa) {
  const auto offset = static_cast<std::uint64_t>(std::int64_t{words} * 8);
  if (saved == Saved::kAtCfa) return cfa + offset;
  if (saved == Saved::kAtFrame) return register_value(dwarf_register::kRbp) + offset;
  return 0;
}

// Nothing: the table has no rule.
std::optional<Meaning> meaning_of(const Rule& rule, std::uint64_t pc) {
  const auto offset = static_cast<std::uint64_t>(std::int64_t{rule.offset});
  Meaning meaning;
  switch (rule.cfa) {
    case Cfa::kNone:
    case Cfa::kSignalFrame:
      return {};
    case Cfa::kRoot:
      return Meaning{.is_root = true};
    case Cfa::kStack:
      meaning.cfa = register_value(dwarf_register::kRsp) + offset;
      break;
    case Cfa::kFrame:
      meaning.cfa = register_value(dwarf_register::kRbp) + offset;
      break;
    case Cfa::kRegister:
      meaning.cfa = register_value(rule.base) + offset;
      break;
    case Cfa::kDereferenced:
      meaning.cfa = memory_at(register_value(rule.base) + offset) + rule.addend;
      break;
    case Cfa::kPlt:
      meaning.cfa =
          register_value(dwarf_register::kRsp) + offset + (pc % 16 >= rule.addend ? 8 : 0);
      break;
  }
  meaning.rbp_at = place(rule.rbp, rule.rbp_words, meaning.cfa);
  meaning.rbx_at = place(rule.rbx, rule.rbx_words, meaning.cfa);
  return meaning;
}

// Just enough of a DWARF stack machine for what libdw answers.
std::uint64_t evaluated(const Dwarf_Op* operations, std::size_t count, std::uint64_t cfa,
                        std::uint64_t pc) {
  std::vector<std::uint64_t> stack{0};
  const auto pop = [&stack] {
    const std::uint64_t top = stack.back();
    stack.pop_back();
    return top;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const Dwarf_Op& op = operations[i];
    if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31) {
      const unsigned number = op.atom - DW_OP_breg0;
      stack.push_back((number == 16 ? pc : register_value(number)) + op.number);
    } else if (op.atom >= DW_OP_lit0 && op.atom <= DW_OP_lit31) {
      stack.push_back(op.atom - DW_OP_lit0);
    } else if (op.atom == DW_OP_bregx) {
      stack.push_back(register_value(op.number) + op.number2);
    } else if (op.atom == DW_OP_call_frame_cfa) {
      stack.push_back(cfa);
    } else if (op.atom == DW_OP_deref) {
      stack.back() = memory_at(stack.back());
    } else if (op.atom == DW_OP_plus_uconst) {
      stack.back() += op.number;
    } else {
      const std::uint64_t top = pop();
      std::uint64_t& below = stack.back();
      if (op.atom == DW_OP_and) below &= top;
      if (op.atom == DW_OP_plus) below += top;
      if (op.atom == DW_OP_mul) below *= top;
      if (op.atom == DW_OP_shl) below <<= top;
      if (op.atom == DW_OP_ge)
        below = static_cast<std::int64_t>(below) >= static_cast<std::int64_t>(top);
    }
  }
  return stack.back();
}

struct Location {
  std::uint64_t address = 0;  // 0: not in memory
  bool is_undefined = false;
};

Location location_of(Dwarf_Frame* frame, int number, std::uint64_t cfa, std::uint64_t pc) {
  Dwarf_Op memory[3];
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_register(frame, number, memory, &operations, &count) != 0) return {};
  if (count == 0) return {.is_undefined = operations == memory};
  const unsigned last = operations[count - 1].atom;
  const bool is_value = last == DW_OP_stack_value || last == DW_OP_regx ||
                        (last >= DW_OP_reg0 && last <= DW_OP_reg31);
  return {.address = is_value ? 0 : evaluated(operations, count, cfa, pc)};
}

struct Expected {
  Meaning meaning;
  bool return_address_below_cfa = false;
};

std::optional<Expected> expected_at(Dwarf_CFI* cfi, std::uint64_t pc) {
  Dwarf_Frame* frame = nullptr;
  if (dwarf_cfi_addrframe(cfi, pc, &frame) != 0) return {};
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  Expected expected;
  Meaning& meaning = expected.meaning;
  if (dwarf_frame_cfa(frame, &operations, &count) == 0 && count > 0) {
    meaning.cfa = evaluated(operations, count, 0, pc);
  }
  const Location caller = location_of(frame, dwarf_register::kReturnAddress, meaning.cfa, pc);
  expected.return_address_below_cfa = caller.address == meaning.cfa - 8;
  if (caller.is_undefined) {
    meaning = {.is_root = true};
  } else {
    meaning.rbp_at = location_of(frame, dwarf_register::kRbp, meaning.cfa, pc).address;
    meaning.rbx_at = location_of(frame, dwarf_register::kRbx, meaning.cfa, pc).address;
  }
  free(frame);
  return expected;
}

struct Tally {
  std::uint64_t addresses = 0;
  std::uint64_t wrong = 0;
  std::uint64_t without_rule = 0;
  std::string first_wrong;
};

class OpenElf {
 public:
  explicit OpenElf(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    elf_version(EV_CURRENT);
    elf_ = elf_begin(fd_, ELF_C_READ_MMAP, nullptr);
    cfi_ = dwarf_getcfi_elf(elf_);
  }
  ~OpenElf() {
    if (cfi_ != nullptr) dwarf_cfi_end(cfi_);
    elf_end(elf_);
    close(fd_);
  }
  OpenElf(const OpenElf&) = delete;
  OpenElf& operator=(const OpenElf&) = delete;
  Dwarf_CFI* cfi() const { return cfi_; }

 private:
  int fd_;
  Elf* elf_ = nullptr;
  Dwarf_CFI* cfi_ = nullptr;
};

void compare(Dwarf_CFI* cfi, std::uint64_t bias, std::uint64_t address, Tally& tally) {
  const std::optional<Expected> expected = expected_at(cfi, address - bias);
  ModuleReader modules;
  const Rule* rule = modules.find(address);
  ASSERT_NE(rule, nullptr);
  const std::optional<Meaning> meaning = meaning_of(*rule, address - bias);
  ++tally.addresses;
  if (!meaning) {
    // Either libdw has no rules there, or they are beyond a row: counted, and bounded below.
    if (expected) ++tally.without_rule;
    return;
  }
  const bool is_right = expected && *meaning == expected->meaning &&
                        (meaning->is_root || expected->return_address_below_cfa);
  if (is_right) return;
  if (tally.wrong++ == 0) {
    char text[32];
    std::snprintf(text, sizeof text, "at %#lx", address - bias);
    tally.first_wrong = text;
  }
}

std::vector<std::uint64_t> addresses_to_compare(const LoadedObject& object) {
  std::vector<std::uint64_t> addresses;
  const Image image = copy_of_frames(object);
  EhFrame frames(image, object.header);
  std::vector<FdeStart> starts(frames.max_entries());
  std::uint64_t refused = 0;
  starts.resize(frames.list(starts.data(), refused));
  EXPECT_EQ(refused, 0u);
  for (const FdeStart& start : starts) {
    const Fde fde = frames.entry_at(start.entry);
    EXPECT_TRUE(fde.ok);
    CfiProgram program(fde);
    for (Row row; program.next(row);) {
      addresses.push_back(row.begin);
      if (row.begin > fde.begin) addresses.push_back(row.begin - 1);
    }
    EXPECT_FALSE(program.malformed());
    addresses.push_back(fde.end - 1);
  }
  discard(image);
  return addresses;
}

struct Loaded {
  std::string path;
  std::uint64_t bias;
  LoadedObject object;
};

std::vector<Loaded> loaded_files() {
  std::vector<Loaded> files;
  const auto add = [](dl_phdr_info* object, std::size_t, void* argument) {
    const std::string name = object->dlpi_name;
    const std::string path = name.empty() ? "/proc/self/exe" : name;
    if (path[0] != '/') return 0;  // the vDSO has no file
    static_cast<std::vector<Loaded>*>(argument)->push_back(
        {path, object->dlpi_addr, describe(*object)});
    return 0;
  };
  dl_iterate_phdr(add, &files);
  return files;
}

TEST(EveryRow, SaysWhatLibdwSays) {
  ASSERT_TRUE(update_modules());
  std::uint64_t compared = 0;
  for (const Loaded& file : loaded_files()) {
    const OpenElf elf(file.path);
    ASSERT_NE(elf.cfi(), nullptr) << file.path;
    Tally tally;
    for (const std::uint64_t address : addresses_to_compare(file.object)) {
      compare(elf.cfi(), file.bias, address, tally);
    }
    std::printf("%8lu addresses, %4lu without rule, %lu wrong  %s\n", tally.addresses,
                tally.without_rule, tally.wrong, file.path.c_str());
    EXPECT_EQ(tally.wrong, 0u) << tally.first_wrong;
    // longjmp, setcontext, the return from a signal, and no others.
    EXPECT_LE(tally.without_rule, 16u);
    compared += tally.addresses;
  }
  EXPECT_GT(compared, 100'000u);
}

}  // namespace
}  // namespace plumbline::unwind
