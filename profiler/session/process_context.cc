// Follows OTEP 4719, "Publication Protocol" and "Updating Protocol", step by step. Header and both
// payloads (the one that counts, and room for the next) share one page.
#include "profiler/session/process_context.h"

#include <linux/memfd.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>

#include "profiler/base/decimal.h"
#include "profiler/base/sys.h"
#include "profiler/capture/context_record.h"
#include "profiler/session/protobuf.h"

// By its exported name: the reference tells whose definition that means, and it leaves the
// relocation (R_X86_64_TPOFF64) by which readers learn where in a thread's block the variable is.
extern "C" {
extern __thread const plumbline::capture::ContextRecord* otel_thread_ctx_v1
    __attribute__((visibility("default")));
}

namespace plumbline::session {

namespace {

namespace sys = base::sys;

constexpr char kName[] = "OTEL_CTX";
constexpr std::size_t kMappedBytes = 4096;

struct Header {
  char signature[8];
  std::uint32_t version;
  std::uint32_t payload_bytes;
  std::atomic<std::uint64_t> published_at_ns;  // CLOCK_BOOTTIME; 0: being changed
  const std::byte* payload;
};
static_assert(sizeof(Header) == 32);

struct Mapping {
  Header header;
  std::byte payloads[2][(kMappedBytes - sizeof(Header)) / 2];
};
static_assert(sizeof(Mapping) <= kMappedBytes);

Mapping* mapping = nullptr;

// Field numbers of opentelemetry.proto: ProcessContext, Resource, KeyValue, AnyValue, ArrayValue.
constexpr std::uint32_t kContextResource = 1, kContextAttributes = 2, kResourceAttributes = 1;
constexpr std::uint32_t kKey = 1, kValue = 2, kString = 1, kArray = 5, kArrayValues = 1;

void add_attribute(ProtobufWriter& out, std::uint32_t field, std::string_view key,
                   std::string_view text) {
  const std::size_t pair = out.begin_message(field);
  out.add_string(kKey, key);
  const std::size_t value = out.begin_message(kValue);
  out.add_string(kString, text);
  out.end_message(value);
  out.end_message(pair);
}

// What a reader needs for otel_thread_ctx_v1: OTEP 4947, "Thread-Local Reference Data". The keys of
// the map have their places: ContextRecord::root_key is 0.
void add_thread_context_keys(ProtobufWriter& out) {
  add_attribute(out, kContextAttributes, "threadlocal.schema_version", "tlsdesc_v1_dev");
  const std::size_t pair = out.begin_message(kContextAttributes);
  out.add_string(kKey, "threadlocal.attribute_key_map");
  const std::size_t value = out.begin_message(kValue);
  const std::size_t array = out.begin_message(kArray);
  const std::size_t element = out.begin_message(kArrayValues);
  out.add_string(kString, "plumbline.local_root_span_id");
  out.end_message(element);
  out.end_message(array);
  out.end_message(value);
  out.end_message(pair);
}

// The name that OpenTelemetry gives to a service that was not named. (OTEL_SERVICE_NAME is not
// read: there are two environment variables in all, see options.h.)
base::FixedText<256> service_name() {
  const auto* path = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  std::string_view program = path != nullptr ? path : "";
  const std::size_t slash = program.rfind('/');
  if (slash != std::string_view::npos) program.remove_prefix(slash + 1);
  base::FixedText<256> name;
  name.append("unknown_service:").append(program);
  return name;
}

// Bytes of the payload in `room`; 0: it does not fit.
std::uint32_t write_payload(std::span<std::byte> room) {
  ProtobufWriter out(room);
  const std::size_t resource = out.begin_message(kContextResource);
  add_attribute(out, kResourceAttributes, "service.name", service_name().view());
  add_attribute(out, kResourceAttributes, "telemetry.sdk.name", "plumbline");
  add_attribute(out, kResourceAttributes, "telemetry.sdk.language", "cpp");
  add_attribute(out, kResourceAttributes, "telemetry.sdk.version", PLUMBLINE_VERSION);
  out.end_message(resource);
  if (thread_context_is_ours()) add_thread_context_keys(out);
  return out.fits() ? static_cast<std::uint32_t>(out.size_bytes()) : 0;
}

// True when a mapping of that name is there already.
bool another_is_published() {
  const int fd = sys::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char text[4096 + sizeof kName];
  std::size_t kept = 0;  // the end of the last piece: the name may lie across two
  bool found = false;
  for (long bytes = 0; !found; kept = std::min(kept, sizeof kName)) {
    bytes = sys::call(SYS_read, fd, sys::address(text + kept), 4096);
    if (bytes <= 0) break;
    const std::string_view piece(text, kept + static_cast<std::size_t>(bytes));
    found = piece.find(kName) != std::string_view::npos;
    kept = std::min(piece.size(), sizeof kName);
    std::memmove(text, piece.data() + piece.size() - kept, kept);
  }
  sys::close(fd);
  return found;
}

void* map_named_memory() {
  constexpr unsigned kNoExec = 8;  // MFD_NOEXEC_SEAL, Linux 6.3
  long fd = sys::call(SYS_memfd_create, sys::address(kName), MFD_CLOEXEC | kNoExec);
  if (fd < 0) fd = sys::call(SYS_memfd_create, sys::address(kName), MFD_CLOEXEC);
  if (fd < 0) return sys::map_memory(kMappedBytes);  // as the OTEP says; named below
  long start = -1;
  if (sys::ftruncate(static_cast<int>(fd), kMappedBytes) == 0) {
    start = sys::call(SYS_mmap, 0, kMappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  }
  sys::close(static_cast<int>(fd));
  return start < 0 && start > -4096 ? nullptr : reinterpret_cast<void*>(start);
}

// Readers may watch for this call, so it is made whether or not the kernel can do it.
void name_mapping() {
  sys::call(SYS_prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, sys::address(mapping), kMappedBytes,
            sys::address(kName));
}

// Points the header to the payload that does not count now. Readers look at the time before and
// after; it is 0 in between, and never the same twice.
bool change_payload() {
  Header& header = mapping->header;
  std::byte(&next)[sizeof mapping->payloads[0]] =
      mapping->payloads[header.payload == mapping->payloads[0] ? 1 : 0];
  const std::uint32_t payload_bytes = write_payload(next);
  if (payload_bytes == 0) return false;
  const std::uint64_t before_ns = header.published_at_ns.load(std::memory_order_relaxed);
  header.published_at_ns.store(0, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  header.payload = next;
  header.payload_bytes = payload_bytes;
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const auto now_ns = static_cast<std::uint64_t>(sys::clock_ns(CLOCK_BOOTTIME));
  header.published_at_ns.store(std::max(now_ns, before_ns + 1), std::memory_order_relaxed);
  return true;
}

bool map_and_sign() {
  void* memory = map_named_memory();
  if (memory == nullptr) return false;
  mapping = static_cast<Mapping*>(memory);
  const long unshared = sys::call(SYS_madvise, sys::address(memory), kMappedBytes, MADV_DONTFORK);
  mapping->header.version = 2;
  if (unshared != 0 || !change_payload()) {
    withdraw_process_context();
    return false;
  }
  std::atomic_thread_fence(std::memory_order_seq_cst);
  std::memcpy(mapping->header.signature, kName, sizeof mapping->header.signature);
  return true;
}

}  // namespace

bool thread_context_is_ours() {
  return static_cast<const void*>(&otel_thread_ctx_v1) == capture::place_of_context();
}

std::string_view publish_process_context() {
  if (mapping == nullptr && another_is_published()) return "another_publisher";
  if (mapping != nullptr ? !change_payload() : !map_and_sign()) return "unavailable";
  name_mapping();
  return "published";
}

void withdraw_process_context() {
  if (mapping != nullptr) sys::unmap_memory(mapping, kMappedBytes);
  mapping = nullptr;
}

void forget_process_context() { mapping = nullptr; }

}  // namespace plumbline::session
