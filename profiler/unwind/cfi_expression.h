// Recognises the few DWARF expressions that occur in call frame information.
//
// Debian's code needs these shapes and no others (all expressions of glibc, libstdc++, OpenSSL,
// GMP, CPython, git, LLVM and GCC itself; only 3 functions of OpenSSL's assembly have another): so
// a rule can hold them, and no handler ever runs a stack machine. Called by CfiProgram. Thread
// rule: any. Signal rule: not for handlers. Failure: kUnknown.
#pragma once

#include <cstdint>

#include "profiler/unwind/byte_reader.h"

namespace plumbline::unwind {

struct Expression {
  enum class Shape : std::uint8_t {
    kUnknown,
    kAddress,       // register + offset
    kDereferenced,  // *(register + offset) + addend
    kPlt,           // RSP + offset + (RIP % 16 >= addend) * 8, as linkers describe their PLT
  };
  Shape shape = Shape::kUnknown;
  std::uint8_t base = 0;
  std::int64_t offset = 0;
  std::uint64_t addend = 0;
};

Expression read_expression(ByteReader code);

}  // namespace plumbline::unwind
