// How to get from one frame to its caller: what a row of a table says.
//
// The canonical frame address (CFA) is the stack pointer of the caller behind its call; the return
// address lies in the word below it. Only what later rules can ask for is carried along: RSP, RBP,
// and RBX, from which the loader's lazy binding (_dl_runtime_resolve) counts its frame. Every other
// register is known in the first frame only, where an interrupted context has them all.
// Thread rule: constants. Signal rule: async-signal-safe. Failure: kNone is a rule too.
#pragma once

#include <cstdint>

namespace plumbline::unwind {

// Numbers of registers in DWARF for x86-64.
namespace dwarf_register {
inline constexpr std::uint8_t kRbx = 3;
inline constexpr std::uint8_t kRbp = 6;
inline constexpr std::uint8_t kRsp = 7;
inline constexpr std::uint8_t kReturnAddress = 16;
inline constexpr std::uint8_t kCount = 17;
}  // namespace dwarf_register

enum class Cfa : std::uint8_t {
  kNone,          // no rule, or one that is not among the following
  kRoot,          // the return address is undefined: the outermost frame
  kStack,         // RSP + offset
  kFrame,         // RBP + offset
  kRegister,      // another register + offset
  kDereferenced,  // *(register + offset) + addend: realigned frames, OpenSSL's assembly
  kPlt,           // RSP + offset, and a word more from byte `addend` of a 16-byte PLT entry on
  kSignalFrame,   // the interrupted context lies at RSP (glibc's __restore_rt)
};

// Where the caller's value of a register is.
enum class Saved : std::uint8_t {
  kUnchanged,  // still in the register
  kAtCfa,      // in memory, at CFA + offset
  kAtFrame,    // in memory, at RBP + offset: realigned frames
  kLost,       // nowhere that can be said
};

struct Rule {
  std::int32_t offset = 0;
  std::int16_t rbp_words = 0;  // offsets of the saved registers, in words of 8 bytes
  std::int16_t rbx_words = 0;
  Cfa cfa = Cfa::kNone;
  Saved rbp = Saved::kUnchanged;
  Saved rbx = Saved::kUnchanged;
  std::uint8_t base = 0;  // the register of kRegister and kDereferenced, in DWARF's numbering
  std::uint8_t addend = 0;

  bool operator==(const Rule&) const = default;
};
static_assert(sizeof(Rule) == 16);

}  // namespace plumbline::unwind
