// A call that blocks and what its wait must be booked as; shared by the hook_*_waits_test programs.
//
// Thread rule: tests run one after another. Failure: GoogleTest's, with the waits that were seen.
#pragma once

#include <functional>
#include <string>

#include "tests/profiler/blocking_calls.h"
#include "tests/profiler/recorded_session.h"

namespace plumbline {

using analysis::Index;
using analysis::Recording;
using format::Category;
using format::DescriptorKind;
using format::Operation;

inline constexpr DescriptorKind kNone = DescriptorKind::kNone;

struct WaitCase {
  const char* name;
  Category category;
  Operation operation;
  DescriptorKind descriptor;
  std::function<void()> wait;  // blocks for kDelay
};

// Pass: one wait of at least 15 of 40 ms, with this operation, category and descriptor.
inline void expect_booked(const WaitCase& expected) {
  const Recording recording = record("clock=none", [&] {
    auto span = GetTracer("test")->StartActiveSpan("waiting");
    expected.wait();
  });
  const auto& waits = recording.waits;
  Index found = 0;
  std::string seen;
  for (Index row = 0; row < waits.size(); ++row) {
    const std::int64_t blocked_ns = waits.end[row].wall_ns - waits.begin[row].wall_ns;
    seen += std::string(format::kOperationIds[static_cast<std::size_t>(waits.operation[row])]) +
            " in " +
            std::string(format::kCategoryIds[static_cast<std::size_t>(waits.category[row])]) +
            ", " + std::to_string(blocked_ns) + " ns\n";
    if (waits.operation[row] != expected.operation || blocked_ns < kLeastNs) continue;
    if (waits.category[row] != expected.category) continue;
    EXPECT_EQ(waits.descriptor_kind[row], expected.descriptor);
    EXPECT_LT(blocked_ns, 2'000'000'000);
    ++found;
  }
  EXPECT_GE(found, 1U) << seen;
}

inline constexpr auto kNameOf = [](const auto& wait) { return wait.param.name; };

}  // namespace plumbline
