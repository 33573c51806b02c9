#include "workloads/thread_segments.h"

#include <array>
#include <string_view>
#include <vector>

#include "workloads/cpu_shapes.h"
#include "workloads/duration_field.h"

namespace plumbline::workloads {
namespace {

constexpr std::size_t kMaxLockNameBytes = 100;
constexpr std::int64_t kMaxIterations = 1'000'000'000;

constexpr std::int64_t kMaxCallDepth = 1000;
constexpr std::int64_t kMaxWaiters = 16;  // a partner thread each

constexpr std::array<std::string_view, 7> kShapes = {"leaf", "deep", "inlined",   "recursive",
                                                     "vdso", "libc", "tiny_calls"};
constexpr std::array<std::string_view, 9> kLockNames = {
    "mutex", "timed_mutex", "adaptive_mutex", "rwlock_read",   "rwlock_write",
    "spin",  "convoy",      "contended",      "process_shared"};
constexpr std::array<std::string_view, 9> kSyncNames = {"sleep",       "condvar", "semaphore",
                                                        "barrier",     "latch",   "future",
                                                        "atomic_wait", "join",    "child_process"};

Primitive primitive_at(Primitive first, std::size_t index) {
  return static_cast<Primitive>(static_cast<std::size_t>(first) + index);
}

const CpuFunction* cpu_function(const JsonField& field) {
  std::vector<std::string_view> names;
  for (const CpuFunction& function : cpu_functions()) names.push_back(function.name);
  return &cpu_functions()[field.choice(names)];
}

Segment parse_contended(const JsonField& json) {
  json.allow_only({"category", "primitive", "name", "hold_us"});
  Segment segment;
  segment.kind = LedgerKind::kLock;
  segment.primitive = Primitive::kContended;
  segment.name = json["name"].text(kMaxLockNameBytes);
  if (json["hold_us"].present()) {
    segment.hold_ns = kNsPerUs * json["hold_us"].integer(0, kMaxDurationUs);
  }
  return segment;
}

void read_cpu_amount(const JsonField& json, Segment& segment) {
  const bool timed = json["duration_us"].present();
  const bool counted = json["iterations"].present();
  const bool phased = json["until_us"].present();
  if (timed + counted + phased != 1) {
    json.expected("exactly one of duration_us, iterations and until_us (with of_us) in it");
  }
  if (timed) segment.duration_ns = read_duration_ns(json);
  if (counted) segment.iterations = json["iterations"].integer(1, kMaxIterations);
  if (phased) {
    segment.of_ns = kNsPerUs * json["of_us"].integer(1, kMaxDurationUs);
    segment.until_ns = kNsPerUs * json["until_us"].integer(1, segment.of_ns / kNsPerUs);
  }
}

}  // namespace

Segment parse_cpu(const JsonField& json) {
  const auto shape = json["shape"].present() ? static_cast<CpuShape>(json["shape"].choice(kShapes))
                                             : CpuShape::kLeaf;
  Segment segment;
  segment.kind = LedgerKind::kCpu;
  if (shape == CpuShape::kLeaf) {
    json.allow_only(
        {"category", "duration_us", "iterations", "until_us", "of_us", "function", "shape"});
    segment.function = cpu_function(json["function"]);
  } else if (has_depth(shape)) {
    json.allow_only({"category", "duration_us", "iterations", "shape", "depth"});
    segment.depth = json["depth"].integer(1, kMaxCallDepth);
  } else {
    json.allow_only({"category", "duration_us", "iterations", "shape"});
  }
  read_cpu_amount(json, segment);
  if (shape != CpuShape::kLeaf) segment.function = &cpu_function_of(shape);
  segment.shape = shape;
  return segment;
}

Segment parse_lock(const JsonField& json) {
  const Primitive primitive =
      primitive_at(kFirstLockPrimitive, json["primitive"].choice(kLockNames));
  if (primitive == Primitive::kContended) return parse_contended(json);
  const bool convoy = primitive == Primitive::kConvoy;
  if (convoy) {
    json.allow_only({"category", "duration_us", "primitive", "waiters", "name"});
  } else {
    json.allow_only({"category", "duration_us", "primitive", "name"});
  }
  Segment segment;
  segment.kind = LedgerKind::kLock;
  segment.primitive = primitive;
  segment.duration_ns = read_duration_ns(json);
  if (convoy) segment.waiters = json["waiters"].integer(1, kMaxWaiters);
  if (json["name"].present()) segment.name = json["name"].text(kMaxLockNameBytes);
  return segment;
}

Segment parse_sync(const JsonField& json) {
  json.allow_only({"category", "duration_us", "primitive"});
  Segment segment;
  segment.kind = LedgerKind::kSync;
  segment.duration_ns = read_duration_ns(json);
  segment.primitive = primitive_at(kFirstSyncPrimitive, json["primitive"].choice(kSyncNames));
  return segment;
}

Segment parse_other(const JsonField& json) {
  json.allow_only({"category", "duration_us", "operation"});
  json["operation"].choice({"inline_sleep"});
  Segment segment;
  segment.kind = LedgerKind::kOther;
  segment.duration_ns = read_duration_ns(json);
  segment.primitive = Primitive::kInlineSleep;
  return segment;
}

}  // namespace plumbline::workloads
