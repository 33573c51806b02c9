#include "profiler/unwind/walk.h"

#include "profiler/unwind/frame_list.h"
#include "profiler/unwind/module_map.h"

namespace plumbline::unwind {

using format::StackEnd;

namespace {

constexpr std::size_t kWordBytes = sizeof(std::uintptr_t);
constexpr StackEnd kGoOn = StackEnd::kNotTaken;
constexpr std::size_t kRegistersInContext = offsetof(ucontext_t, uc_mcontext.gregs);
constexpr std::uintptr_t kPltEntryBytes = 16;

// Where the registers that DWARF numbers lie in an interrupted context.
constexpr int kContextIndex[] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
                                 REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                 REG_R12, REG_R13, REG_R14, REG_R15};

class Walker {
 public:
  Walker(const Registers& from, const Stacks& stacks) : at_(from), stacks_(stacks) {
    enter_stack();
  }

  // Goes one frame outwards. Anything but kGoOn ends the walk.
  StackEnd step();
  std::uintptr_t instruction() const { return at_.rip; }
  bool is_exact() const { return at_.is_exact; }
  bool has_guessed() const { return has_guessed_; }

 private:
  void enter_stack();
  bool read(std::uintptr_t address, std::uintptr_t& word) const;
  bool read_register(std::uint8_t number, std::uintptr_t& value) const;
  StackEnd find_cfa(const Rule& rule, std::uintptr_t& cfa) const;
  bool restore(Saved saved, std::int32_t words, std::uintptr_t cfa, std::uintptr_t& value) const;
  StackEnd return_to(std::uintptr_t cfa);
  StackEnd step_over_signal();
  StackEnd step_by_frame_pointer();

  Registers at_;
  const Stacks& stacks_;
  StackBounds stack_;  // the one that at_.rsp is on; empty: neither
  bool has_guessed_ = false;
  ModuleReader modules_;
};

void Walker::enter_stack() {
  stack_ = StackBounds{};
  if (stacks_.own.contains(at_.rsp)) stack_ = stacks_.own;
  if (stacks_.alternate.contains(at_.rsp)) stack_ = stacks_.alternate;
}

// Only what lies above the stack pointer is part of a frame.
bool Walker::read(std::uintptr_t address, std::uintptr_t& word) const {
  const bool is_readable = address >= at_.rsp && address < stack_.high &&
                           stack_.high - address >= kWordBytes && address % kWordBytes == 0;
  if (is_readable) __builtin_memcpy(&word, reinterpret_cast<const void*>(address), sizeof word);
  return is_readable;
}

bool Walker::read_register(std::uint8_t number, std::uintptr_t& value) const {
  switch (number) {
    case dwarf_register::kRsp:
      value = at_.rsp;
      return true;
    case dwarf_register::kRbp:
      value = at_.rbp;
      return true;
    case dwarf_register::kRbx:
      value = at_.rbx;
      return true;
    default:
      if (at_.all != nullptr) value = static_cast<std::uintptr_t>(at_.all[kContextIndex[number]]);
      return at_.all != nullptr;
  }
}

StackEnd Walker::find_cfa(const Rule& rule, std::uintptr_t& cfa) const {
  const auto offset = static_cast<std::uintptr_t>(std::intptr_t{rule.offset});
  switch (rule.cfa) {
    case Cfa::kStack:
      cfa = at_.rsp + offset;
      return kGoOn;
    case Cfa::kFrame:
      cfa = at_.rbp + offset;
      return kGoOn;
    case Cfa::kRegister:
      if (!read_register(rule.base, cfa)) return StackEnd::kNoRule;
      cfa += offset;
      return kGoOn;
    case Cfa::kDereferenced: {
      std::uintptr_t base;
      if (!read_register(rule.base, base)) return StackEnd::kNoRule;
      if (!read(base + offset, cfa)) return StackEnd::kOutOfBounds;
      cfa += rule.addend;
      return kGoOn;
    }
    case Cfa::kPlt:
      cfa = at_.rsp + offset + (at_.rip % kPltEntryBytes >= rule.addend ? kWordBytes : 0);
      return kGoOn;
    case Cfa::kRoot:
      return StackEnd::kComplete;
    case Cfa::kNone:
    case Cfa::kSignalFrame:
      break;
  }
  return StackEnd::kNoRule;
}

bool Walker::restore(Saved saved, std::int32_t words, std::uintptr_t cfa,
                     std::uintptr_t& value) const {
  const auto offset = static_cast<std::uintptr_t>(std::intptr_t{words}) * kWordBytes;
  switch (saved) {
    case Saved::kUnchanged:
      return true;
    case Saved::kAtCfa:
      // Behind `pop %rbp` GCC's rules still name the slot, now below the stack pointer: the
      // register has the value.
      return cfa + offset < at_.rsp || read(cfa + offset, value);
    case Saved::kAtFrame:
      return at_.rbp + offset < at_.rsp || read(at_.rbp + offset, value);
    case Saved::kLost:
      value = 0;
      return true;
  }
  return false;
}

StackEnd Walker::return_to(std::uintptr_t cfa) {
  at_.rsp = cfa;
  at_.all = nullptr;
  at_.is_exact = false;
  if (at_.rip != 0) return kGoOn;
  return has_guessed_ ? StackEnd::kNoRule : StackEnd::kComplete;  // zeros are easily guessed
}

StackEnd Walker::step() {
  if (stack_.high == 0) return StackEnd::kForeignStack;
  const Rule* found = modules_.find(at_.rip - (at_.is_exact ? 0 : 1));
  if (found == nullptr) return step_by_frame_pointer();
  const Rule& rule = *found;
  if (rule.cfa == Cfa::kSignalFrame) return step_over_signal();
  std::uintptr_t cfa = 0;
  const StackEnd end = find_cfa(rule, cfa);
  if (end != kGoOn) return end;
  std::uintptr_t rbp = at_.rbp;
  std::uintptr_t rbx = at_.rbx;
  const bool is_frame = read(cfa - kWordBytes, at_.rip) &&
                        restore(rule.rbp, rule.rbp_words, cfa, rbp) &&
                        restore(rule.rbx, rule.rbx_words, cfa, rbx);
  if (!is_frame) return StackEnd::kOutOfBounds;
  at_.rbp = rbp;
  at_.rbx = rbx;
  return return_to(cfa);
}

// The kernel put the interrupted context onto the stack, perhaps onto another one.
StackEnd Walker::step_over_signal() {
  std::uintptr_t word;
  const std::uintptr_t registers = at_.rsp + kRegistersInContext;
  const std::uintptr_t last = registers + (NGREG - 1) * kWordBytes;
  if (!read(registers, word) || !read(last, word)) return StackEnd::kOutOfBounds;
  const std::uintptr_t handler_stack = at_.rsp;
  const StackBounds before = stack_;
  at_ = registers_of(*reinterpret_cast<const ucontext_t*>(at_.rsp));
  enter_stack();
  const bool is_outwards = stack_.low != before.low || at_.rsp > handler_stack;
  return is_outwards ? kGoOn : StackEnd::kOutOfBounds;
}

// Code outside every module was made by the program itself, and compilers that run in programs
// mostly keep frame pointers. Only a guess: walk() takes it back unless it leads to the root.
StackEnd Walker::step_by_frame_pointer() {
  std::uintptr_t caller_frame;
  const std::uintptr_t frame = at_.rbp;
  if (!read(frame, caller_frame) || !read(frame + kWordBytes, at_.rip)) return StackEnd::kNoRule;
  has_guessed_ = true;
  at_.rbp = caller_frame;
  return return_to(frame + 2 * kWordBytes);
}

}  // namespace

Walk walk(const Registers& from, const Stacks& stacks, std::uint64_t* frames, std::uint32_t limit) {
  FrameList list(frames, limit);
  Walker walker(from, stacks);
  list.add(from.rip);
  std::uint32_t sure_frames = 0;  // before the first guess
  StackEnd end = kGoOn;
  while (end == kGoOn && list.seen() < kMaxSteps) {
    if (!walker.has_guessed()) sure_frames = list.seen();
    end = walker.step();
    if (end == kGoOn) list.add(walker.instruction() + (walker.is_exact() ? 1 : 0));
  }
  if (!walker.has_guessed()) return list.finish(end == kGoOn ? StackEnd::kDepthLimit : end);
  if (end == StackEnd::kComplete && list.seen() <= limit) return list.finish(StackEnd::kGuessed);
  list.cut(sure_frames);
  return list.finish(StackEnd::kNoRule);
}

}  // namespace plumbline::unwind
