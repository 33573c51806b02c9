// In which system calls a thread may block during a wait of each category.
//
// The oracle's own table: no hook of the profiler, and no name it gives, is asked.
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <string>

#include "harness/oracle/descriptor_history.h"
#include "profiler/format/category.h"

namespace plumbline::harness::oracle {

// Whether the kernel takes the call's first argument for a descriptor.
bool takes_descriptor(std::int32_t call);

// `call`: -1 for none, a page fault say. `kind`: of the first argument, if it is a descriptor.
bool may_block(format::Category category, std::int32_t call, DescriptorKind kind);

// "call 0 on a socket", "no system call"
std::string place_text(std::int32_t call, DescriptorKind kind);

}  // namespace plumbline::harness::oracle
