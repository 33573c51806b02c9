// What others may read: the thread context of OTEP 4947 and the process context of OTEP 4719.
//
// Read as an eBPF profiler would: the variable by its name, the record by the OTEP's offsets, the
// mapping by its name in /proc/self/maps, the payload by protobuf's wire format.
#include <dlfcn.h>
#include <plumbline/fiber.h>
#include <sys/wait.h>

#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "tests/profiler/recorded_session.h"

// As a reader finds it.
extern "C" __thread const unsigned char* otel_thread_ctx_v1;

namespace plumbline {
namespace {

std::string hex(const unsigned char* bytes, std::size_t count) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += {kDigits[bytes[i] >> 4], kDigits[bytes[i] & 15]};
  }
  return text;
}

std::string hex(std::uint64_t number) {
  unsigned char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(number >> (56 - 8 * i));
  return hex(bytes, 8);
}

struct ThreadContext {
  std::string trace_id, span_id, root_span_id;
  int flags = 0;
};

// The calling thread's, or nothing.
std::optional<ThreadContext> thread_context() {
  const unsigned char* record = otel_thread_ctx_v1;
  if (record == nullptr || record[24] != 1) return std::nullopt;
  std::uint16_t attribute_bytes;
  std::memcpy(&attribute_bytes, record + 26, sizeof attribute_bytes);
  ThreadContext context{hex(record, 16), hex(record + 16, 8), "", record[25]};
  const unsigned char* attribute = record + 28;
  for (const unsigned char* end = attribute + attribute_bytes; attribute + 2 <= end;
       attribute += 2 + attribute[1]) {
    if (attribute[0] != 0) continue;
    context.root_span_id.assign(reinterpret_cast<const char*>(attribute) + 2, attribute[1]);
  }
  return context;
}

void expect_shown(const SpanContext& span) {
  const auto shown = thread_context();
  ASSERT_TRUE(shown.has_value());
  EXPECT_EQ(shown->trace_id, hex(span.trace_id_high) + hex(span.trace_id_low));
  EXPECT_EQ(shown->span_id, hex(span.span_id));
  EXPECT_EQ(shown->root_span_id, hex(span.root_span_id));
  EXPECT_EQ(shown->flags, 1);
}

TEST(ThreadContext, FollowsTheActiveSpan) {
  record("clock=none", [] {
    const auto tracer = GetTracer("test");
    EXPECT_FALSE(thread_context().has_value());
    {
      auto root = tracer->StartActiveSpan("root");
      expect_shown(root.GetContext());
      {
        auto child = tracer->StartActiveSpan("child");
        expect_shown(child.GetContext());
      }
      expect_shown(root.GetContext());
      std::thread([&] {
        EXPECT_FALSE(thread_context().has_value());
        auto scope = ActivateContext(root.GetContext());
        expect_shown(root.GetContext());
      }).join();
    }
    EXPECT_FALSE(thread_context().has_value());
    auto next = tracer->StartActiveSpan("next");
    expect_shown(next.GetContext());
  });
}

TEST(ThreadContext, FollowsFibers) {
  record("clock=none", [] {
    auto span = GetTracer("test")->StartActiveSpan("root");
    Fiber from, to;
    SwitchFiber(&from, &to);
    EXPECT_FALSE(thread_context().has_value());
    SwitchFiber(nullptr, &from);
    expect_shown(span.GetContext());
  });
}

// Fault: a span of long ago is read from a thread that no longer records.
TEST(ThreadContext, IsEmptyAfterStopAndInAChild) {
  const TemporaryPath output;
  ASSERT_EQ(StartProfiler({.output = output.path(), .options = "clock=none"}), "");
  auto span = GetTracer("test")->StartActiveSpan("still open");
  const pid_t child = fork();
  if (child == 0) _exit(thread_context().has_value() ? 1 : 0);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  expect_shown(span.GetContext());
  StopProfiler();
  EXPECT_FALSE(thread_context().has_value());
}

// Fault: a tracer bound to our variable loses the record that it put there.
TEST(ThreadContext, OfAnotherTracerIsLeftAlone) {
  const unsigned char theirs[64] = {};
  const unsigned char* const before = std::exchange(otel_thread_ctx_v1, theirs);
  record("clock=none", [] { auto span = GetTracer("test")->StartActiveSpan("ours"); });
  EXPECT_EQ(otel_thread_ctx_v1, theirs);
  otel_thread_ctx_v1 = before;
}

// Fields of a protobuf message whose values have a length: number to bytes, in order.
std::multimap<unsigned, std::string> fields_of(const std::string& message) {
  std::multimap<unsigned, std::string> fields;
  std::size_t at = 0;
  const auto varint = [&] {
    std::size_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(message.at(at++));
      value |= std::size_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.size()) {
    const std::size_t tag = varint();
    EXPECT_EQ(tag & 7, 2u);
    const std::size_t length = varint();
    EXPECT_LE(at + length, message.size());
    fields.emplace(static_cast<unsigned>(tag >> 3), message.substr(at, length));
    at += length;
  }
  return fields;
}

std::string field(const std::string& message, unsigned number) {
  const auto fields = fields_of(message);
  EXPECT_EQ(fields.count(number), 1u);
  return fields.find(number)->second;
}

// KeyValue messages of the field `number`: key to AnyValue.
std::map<std::string, std::string> attributes(const std::string& message, unsigned number) {
  std::map<std::string, std::string> result;
  const auto fields = fields_of(message);
  for (auto [pair, end] = fields.equal_range(number); pair != end; ++pair) {
    result[field(pair->second, 1)] = field(pair->second, 2);
  }
  return result;
}

struct ProcessContext {
  std::uint64_t published_at_ns = 0;
  std::string payload;
};

std::optional<ProcessContext> process_context() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("OTEL_CTX") == std::string::npos) continue;
    const auto* header = reinterpret_cast<const char*>(std::stoull(line, nullptr, 16));
    EXPECT_EQ(std::string(header, 8), "OTEL_CTX");
    std::uint32_t version, payload_bytes;
    ProcessContext context;
    const char* payload;
    std::memcpy(&version, header + 8, sizeof version);
    std::memcpy(&payload_bytes, header + 12, sizeof payload_bytes);
    std::memcpy(&context.published_at_ns, header + 16, sizeof context.published_at_ns);
    std::memcpy(&payload, header + 24, sizeof payload);
    EXPECT_EQ(version, 2u);
    context.payload.assign(payload, payload_bytes);
    return context;
  }
  return std::nullopt;
}

TEST(ProcessContext, NamesTheProcessAndTheKeysOfTheThreadContext) {
  EXPECT_FALSE(process_context().has_value());
  const analysis::Recording recording = record("clock=none", [] {
    const auto context = process_context();
    ASSERT_TRUE(context.has_value());
    EXPECT_GT(context->published_at_ns, 0u);
    const auto resource = attributes(field(context->payload, 1), 1);
    EXPECT_EQ(field(resource.at("service.name"), 1), "unknown_service:profiler_context_test");
    EXPECT_EQ(field(resource.at("telemetry.sdk.language"), 1), "cpp");
    const auto extra = attributes(context->payload, 2);
    EXPECT_EQ(field(extra.at("threadlocal.schema_version"), 1), "tlsdesc_v1_dev");
    const std::string first_key = field(field(extra.at("threadlocal.attribute_key_map"), 5), 1);
    EXPECT_EQ(field(first_key, 1), "plumbline.local_root_span_id");
  });
  EXPECT_EQ(recording.settings.at("process_context"), "published");
  EXPECT_EQ(recording.settings.at("thread_context"), "ours");
  EXPECT_FALSE(process_context().has_value());
}

// Fault: a child is taken for its parent. Seen in: OTEP 4719, "Process Forking".
TEST(ProcessContext, IsNotInherited) {
  record("clock=none", [] {
    const pid_t child = fork();
    if (child == 0) _exit(process_context().has_value() ? 1 : 0);
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(process_context().has_value());
  });
}

}  // namespace
}  // namespace plumbline
