#include "profiler/unwind/cfi_program.h"

#include <ucontext.h>

#include <limits>

#include "profiler/unwind/cfi_expression.h"

namespace plumbline::unwind {

namespace {

enum : std::uint8_t {  // DW_CFA_*
  kPrimary = 0xc0,     // these two bits tell the first three; the others are their operand
  kAdvance = 0x40,
  kOffset = 0x80,
  kRestore = 0xc0,
  kNop = 0x00,
  kSetLocation = 0x01,
  kAdvance1 = 0x02,
  kAdvance2 = 0x03,
  kAdvance4 = 0x04,
  kOffsetExtended = 0x05,
  kRestoreExtended = 0x06,
  kUndefined = 0x07,
  kSameValue = 0x08,
  kInRegister = 0x09,
  kRememberState = 0x0a,
  kRestoreState = 0x0b,
  kDefineCfa = 0x0c,
  kDefineCfaRegister = 0x0d,
  kDefineCfaOffset = 0x0e,
  kDefineCfaExpression = 0x0f,
  kExpression = 0x10,
  kOffsetExtendedSigned = 0x11,
  kDefineCfaSigned = 0x12,
  kDefineCfaOffsetSigned = 0x13,
  kValueOffset = 0x14,
  kValueOffsetSigned = 0x15,
  kValueExpression = 0x16,
  kAdvance8 = 0x1d,
  kArgumentsSize = 0x2e,
  kNegativeOffsetExtended = 0x2f,
};

constexpr std::int64_t kWordBytes = 8;
constexpr std::int64_t kReturnAddressOffset = -8;

// In glibc's __restore_rt, RSP points to the ucontext.
constexpr std::int64_t kSavedRsp =
    offsetof(ucontext_t, uc_mcontext.gregs) + REG_RSP * sizeof(greg_t);
constexpr std::int64_t kSavedRip =
    offsetof(ucontext_t, uc_mcontext.gregs) + REG_RIP * sizeof(greg_t);

template <class Narrow, class Wide>
bool fits(Wide value) {
  return value >= std::numeric_limits<Narrow>::min() && value <= std::numeric_limits<Narrow>::max();
}

// Instructions multiply operands that may be anything.
std::int64_t scaled(std::int64_t units, std::int64_t factor) {
  std::int64_t product;
  return __builtin_mul_overflow(units, factor, &product) ? std::numeric_limits<std::int64_t>::min()
                                                         : product;
}

}  // namespace

CfiProgram::CfiProgram(const Fde& fde)
    : cie_(fde.cie), program_(fde.program), location_(fde.begin) {
  ByteReader common = fde.cie.program;
  while (common.left() > 0 && !malformed_) run_one(common);
  if (advanced_) malformed_ = true;  // a CIE has no code of its own
  initial_ = state_;
}

bool CfiProgram::next(Row& row) {
  if (finished_) return false;
  row.begin = location_;
  advanced_ = false;
  while (!advanced_ && program_.left() > 0 && !malformed_) run_one(program_);
  finished_ = malformed_ || !advanced_;
  row.rule = malformed_ ? Rule{} : rule();
  return true;
}

void CfiProgram::run_one(ByteReader& program) {
  const auto operation = program.number<std::uint8_t>();
  const std::uint8_t operand = operation & ~kPrimary;
  switch (operation & kPrimary) {
    case kAdvance:
      advance(operand);
      break;
    case kOffset:
      save_at_cfa(operand, scaled(static_cast<std::int64_t>(program.uleb()), cie_.data_alignment));
      break;
    case kRestore:
      restore(operand);
      break;
    default:
      if (!run_advance(operation, program) && !run_cfa(operation, program) &&
          !run_register(operation, program) && !run_state(operation, program)) {
        malformed_ = true;
      }
  }
  if (!program.ok()) malformed_ = true;
}

bool CfiProgram::run_advance(std::uint8_t operation, ByteReader& program) {
  switch (operation) {
    case kSetLocation: {
      const std::uint64_t location = program.pointer(cie_.pointer_encoding);
      if (location < location_) malformed_ = true;
      location_ = location;
      advanced_ = true;
      return true;
    }
    case kAdvance1:
      advance(program.number<std::uint8_t>());
      return true;
    case kAdvance2:
      advance(program.number<std::uint16_t>());
      return true;
    case kAdvance4:
      advance(program.number<std::uint32_t>());
      return true;
    case kAdvance8:
      advance(program.number<std::uint64_t>());
      return true;
    default:
      return false;
  }
}

bool CfiProgram::run_cfa(std::uint8_t operation, ByteReader& program) {
  switch (operation) {
    case kDefineCfa: {
      const std::uint64_t base = program.uleb();
      define_cfa(base, static_cast<std::int64_t>(program.uleb()));
      return true;
    }
    case kDefineCfaSigned: {
      const std::uint64_t base = program.uleb();
      define_cfa(base, scaled(program.sleb(), cie_.data_alignment));
      return true;
    }
    case kDefineCfaRegister:
      define_cfa(program.uleb(), state_.offset);
      return true;
    case kDefineCfaOffset:
      state_.offset = static_cast<std::int64_t>(program.uleb());
      return true;
    case kDefineCfaOffsetSigned:
      state_.offset = scaled(program.sleb(), cie_.data_alignment);
      return true;
    case kDefineCfaExpression:
      define_cfa(program.part(program.uleb()));
      return true;
    default:
      return false;
  }
}

bool CfiProgram::run_register(std::uint8_t operation, ByteReader& program) {
  if (operation < kOffsetExtended || operation > kNegativeOffsetExtended) return false;
  switch (operation) {
    case kOffsetExtended: {
      const std::uint64_t number = program.uleb();
      save_at_cfa(number, scaled(static_cast<std::int64_t>(program.uleb()), cie_.data_alignment));
      return true;
    }
    case kOffsetExtendedSigned: {
      const std::uint64_t number = program.uleb();
      save_at_cfa(number, scaled(program.sleb(), cie_.data_alignment));
      return true;
    }
    case kNegativeOffsetExtended: {
      const std::uint64_t number = program.uleb();
      save_at_cfa(number, scaled(-static_cast<std::int64_t>(program.uleb()), cie_.data_alignment));
      return true;
    }
    case kExpression: {
      const std::uint64_t number = program.uleb();
      save_at(number, program.part(program.uleb()));
      return true;
    }
    case kRestoreExtended:
      restore(program.uleb());
      return true;
    default:
      return run_loss(operation, program);
  }
}

// Registers whose value is not in memory.
bool CfiProgram::run_loss(std::uint8_t operation, ByteReader& program) {
  const auto number_of = [&program] { return program.uleb(); };
  switch (operation) {
    case kUndefined: {
      const std::uint64_t number = number_of();
      lose(number);
      if (number == dwarf_register::kReturnAddress) {
        state_.return_address = ReturnAddress::kUndefined;
      }
      return true;
    }
    case kSameValue: {
      if (Column* same = column(number_of())) *same = Column{};
      return true;
    }
    case kInRegister:
    case kValueOffset:
    case kValueOffsetSigned:
      lose(number_of());
      program.uleb();  // as long as a signed one
      return true;
    case kValueExpression:
      lose(number_of());
      program.skip(program.uleb());
      return true;
    default:
      return false;
  }
}

bool CfiProgram::run_state(std::uint8_t operation, ByteReader& program) {
  switch (operation) {
    case kNop:
      return true;
    case kRememberState:
      if (remembered_count_ == kMaxRemembered) return false;
      remembered_[remembered_count_++] = state_;
      return true;
    case kRestoreState:
      if (remembered_count_ == 0) return false;
      state_ = remembered_[--remembered_count_];
      return true;
    case kArgumentsSize:
      program.uleb();
      return true;
    default:
      return false;
  }
}

void CfiProgram::advance(std::uint64_t units) {
  std::uint64_t bytes;
  const bool overflows = __builtin_mul_overflow(units, cie_.code_alignment, &bytes) ||
                         __builtin_add_overflow(location_, bytes, &location_);
  if (overflows) malformed_ = true;
  advanced_ = true;
}

void CfiProgram::define_cfa(std::uint64_t base, std::int64_t offset) {
  state_.cfa = base == dwarf_register::kRsp            ? Cfa::kStack
               : base == dwarf_register::kRbp          ? Cfa::kFrame
               : base < dwarf_register::kReturnAddress ? Cfa::kRegister
                                                       : Cfa::kNone;
  state_.base = static_cast<std::uint8_t>(base);
  state_.offset = offset;
  state_.addend = 0;
}

void CfiProgram::define_cfa(ByteReader code) {
  const Expression expression = read_expression(code);
  switch (expression.shape) {
    case Expression::Shape::kUnknown:
      state_.cfa = Cfa::kNone;
      return;
    case Expression::Shape::kAddress:
      define_cfa(expression.base, expression.offset);
      return;
    case Expression::Shape::kDereferenced:
      state_.cfa = Cfa::kDereferenced;
      break;
    case Expression::Shape::kPlt:
      state_.cfa = Cfa::kPlt;
      break;
  }
  state_.base = expression.base;
  state_.offset = expression.offset;
  state_.addend = expression.addend;
}

CfiProgram::Column* CfiProgram::column(std::uint64_t number) {
  if (number == dwarf_register::kRbp) return &state_.rbp;
  if (number == dwarf_register::kRbx) return &state_.rbx;
  return nullptr;
}

void CfiProgram::save_at_cfa(std::uint64_t number, std::int64_t offset) {
  if (Column* saved = column(number)) *saved = {Saved::kAtCfa, offset};
  if (number == dwarf_register::kReturnAddress) {
    state_.return_address =
        offset == kReturnAddressOffset ? ReturnAddress::kBelowCfa : ReturnAddress::kElsewhere;
  }
}

void CfiProgram::save_at(std::uint64_t number, ByteReader code) {
  lose(number);
  const Expression expression = read_expression(code);
  if (expression.shape != Expression::Shape::kAddress) return;
  if (Column* saved = column(number); saved != nullptr && expression.base == dwarf_register::kRbp) {
    *saved = {Saved::kAtFrame, expression.offset};
  }
  const bool is_context_rip = number == dwarf_register::kReturnAddress &&
                              expression.base == dwarf_register::kRsp &&
                              expression.offset == kSavedRip;
  if (is_context_rip) state_.return_address = ReturnAddress::kInContext;
}

void CfiProgram::lose(std::uint64_t number) {
  if (Column* lost = column(number)) *lost = {Saved::kLost, 0};
  if (number == dwarf_register::kReturnAddress) state_.return_address = ReturnAddress::kElsewhere;
}

void CfiProgram::restore(std::uint64_t number) {
  if (number == dwarf_register::kRbp) state_.rbp = initial_.rbp;
  if (number == dwarf_register::kRbx) state_.rbx = initial_.rbx;
  if (number == dwarf_register::kReturnAddress) state_.return_address = initial_.return_address;
}

void CfiProgram::place(const Column& column, Saved& saved, std::int16_t& words) {
  saved = column.saved;
  const std::int64_t offset = column.offset / kWordBytes;
  if (column.offset % kWordBytes == 0 && fits<std::int16_t>(offset)) {
    words = static_cast<std::int16_t>(offset);
  } else {
    saved = Saved::kLost;
  }
}

Rule CfiProgram::rule() const {
  Rule rule;
  if (state_.return_address == ReturnAddress::kUndefined) {
    rule.cfa = Cfa::kRoot;
    return rule;
  }
  if (state_.return_address == ReturnAddress::kInContext) {
    const bool is_trampoline = cie_.is_signal_frame && state_.cfa == Cfa::kDereferenced &&
                               state_.base == dwarf_register::kRsp && state_.offset == kSavedRsp;
    if (is_trampoline) rule.cfa = Cfa::kSignalFrame;
    return rule;
  }
  const bool can_be_held = state_.return_address == ReturnAddress::kBelowCfa &&
                           !cie_.is_signal_frame && fits<std::int32_t>(state_.offset) &&
                           fits<std::uint8_t>(state_.addend);
  if (!can_be_held || state_.cfa == Cfa::kNone) return rule;
  rule.cfa = state_.cfa;
  rule.offset = static_cast<std::int32_t>(state_.offset);
  const bool counts_from_any = rule.cfa == Cfa::kRegister || rule.cfa == Cfa::kDereferenced;
  rule.base = counts_from_any ? state_.base : std::uint8_t{0};
  rule.addend = static_cast<std::uint8_t>(state_.addend);
  place(state_.rbp, rule.rbp, rule.rbp_words);
  place(state_.rbx, rule.rbx, rule.rbx_words);
  return rule;
}

}  // namespace plumbline::unwind
