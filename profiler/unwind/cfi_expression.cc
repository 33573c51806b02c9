#include "profiler/unwind/cfi_expression.h"

#include "profiler/unwind/rule.h"

namespace plumbline::unwind {

namespace {

enum : std::uint8_t {  // DW_OP_*
  kDeref = 0x06,
  kAnd = 0x1a,
  kPlus = 0x22,
  kPlusUconst = 0x23,
  kShl = 0x24,
  kGe = 0x2a,
  kLiteral = 0x30,          // 0x30 + value, up to 31
  kBaseRegister = 0x70,     // 0x70 + register, up to 31
  kAnyBaseRegister = 0x92,  // bregx
};
constexpr std::uint8_t kLiteralCount = 32;

bool is_literal(std::uint8_t operation) {
  return operation >= kLiteral && operation < kLiteral + kLiteralCount;
}

// What follows RSP + offset in the expression of a PLT: RIP & 15 >= literal, shifted, added.
bool read_plt_tail(ByteReader code, Expression& found) {
  const auto next = [&code] { return code.number<std::uint8_t>(); };
  if (next() != kBaseRegister + dwarf_register::kReturnAddress || code.sleb() != 0) return false;
  if (next() != kLiteral + 15 || next() != kAnd) return false;
  const std::uint8_t first_byte_pushed = next();
  if (!is_literal(first_byte_pushed) || next() != kGe) return false;
  if (next() != kLiteral + 3 || next() != kShl || next() != kPlus) return false;
  found.addend = first_byte_pushed - kLiteral;
  return code.ok() && code.left() == 0;
}

}  // namespace

Expression read_expression(ByteReader code) {
  using Shape = Expression::Shape;
  Expression found;
  const auto first = code.number<std::uint8_t>();
  std::uint64_t base = first - std::uint64_t{kBaseRegister};
  if (first == kAnyBaseRegister) base = code.uleb();
  found.offset = code.sleb();
  if (!code.ok() || base >= dwarf_register::kReturnAddress) return found;
  found.base = static_cast<std::uint8_t>(base);
  if (code.left() == 0) {
    found.shape = Shape::kAddress;
    return found;
  }
  if (base == dwarf_register::kRsp && read_plt_tail(code, found)) {
    found.shape = Shape::kPlt;
    return found;
  }
  if (code.number<std::uint8_t>() != kDeref) return found;
  if (code.left() > 0) {
    if (code.number<std::uint8_t>() != kPlusUconst) return found;
    found.addend = code.uleb();
  }
  if (code.ok() && code.left() == 0) found.shape = Shape::kDereferenced;
  return found;
}

}  // namespace plumbline::unwind
