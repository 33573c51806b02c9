// The protocol: read() gives one request (fuse_in_header and a body of its own), writev() answers
// it (fuse_out_header with the same `unique`, and a body). Nodes: 1 is the folder, then come the
// files of worker 0, of worker 1, ... Interrupts are not answered: as with a disk, a signal does
// not shorten an operation. No reading ahead: a page comes when it is asked for.
#include "workloads/truthd/fuse_server.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

#include "workloads/truthd/hold.h"

namespace plumbline::workloads {
namespace {

constexpr std::uint64_t kFolderNode = 1;
constexpr std::uint64_t kFirstFileNode = 2;
constexpr std::uint64_t kFileBytes = 1ULL << 40;  // streams read on and on
constexpr std::uint64_t kValidSeconds = 86'400;   // nothing here changes
constexpr std::size_t kRequestBytes = kMaxTransferBytes + 65'536;

template <typename Plain>
std::span<const std::byte> bytes_of(const Plain& plain) {
  return std::as_bytes(std::span(&plain, 1));
}

template <typename Plain>
const Plain& body_as(const std::byte* body) {
  return *reinterpret_cast<const Plain*>(body);  // the kernel aligns bodies to eight bytes
}

DelayedFile file_of(std::uint64_t node) {
  return static_cast<DelayedFile>((node - kFirstFileNode) % kDelayedFileNames.size());
}

std::size_t worker_of(std::uint64_t node) {
  return (node - kFirstFileNode) / kDelayedFileNames.size();
}

// "cached-12" -> its node; 0: no such file.
std::uint64_t node_by_name(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos) return 0;
  std::size_t worker = 0;
  const char* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + dash + 1, end, worker);
  if (parsed.ec != std::errc{} || parsed.ptr != end || worker >= kMaxWorkers) return 0;
  for (std::size_t file = 0; file < kDelayedFileNames.size(); ++file) {
    if (name.substr(0, dash) != kDelayedFileNames[file]) continue;
    return kFirstFileNode + worker * kDelayedFileNames.size() + file;
  }
  return 0;
}

bool is_file(std::uint64_t node, DelayedFile file) {
  return node >= kFirstFileNode && file_of(node) == file;
}

std::uint64_t attributes_valid_seconds(std::uint64_t node) {
  return is_file(node, DelayedFile::kStatus) ? 0 : kValidSeconds;
}

fuse_attr attributes_of(std::uint64_t node) {
  const bool folder = node == kFolderNode;
  fuse_attr attributes{};
  attributes.ino = node;
  attributes.mode = folder ? S_IFDIR | 0755 : S_IFREG | 0600;
  attributes.nlink = folder ? 2 : 1;
  attributes.size = folder ? 0 : kFileBytes;
  attributes.blksize = 4096;
  attributes.uid = getuid();
  attributes.gid = getgid();
  return attributes;
}

}  // namespace

void FuseServer::start() {
  ++idle_;
  std::thread([this] {
    prctl(PR_SET_TIMERSLACK, 1);  // in nanoseconds; the default lets a sleep end 50 us late
    serve();
  }).detach();
}

void FuseServer::serve() {
  std::vector<std::byte> request(kRequestBytes);
  for (;;) {
    const ssize_t got = read(device_, request.data(), request.size());
    // ENOENT: the caller was killed before its request was read. EAGAIN, EINTR: as usual.
    if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == ENOENT)) continue;
    if (got < static_cast<ssize_t>(sizeof(fuse_in_header))) return;
    if (--idle_ == 0) start();  // this one may sleep for long
    answer(body_as<fuse_in_header>(request.data()), request.data() + sizeof(fuse_in_header));
    ++idle_;
  }
}

void FuseServer::answer(const fuse_in_header& request, const std::byte* body) {
  const std::uint64_t unique = request.unique;
  switch (request.opcode) {
    case FUSE_INIT:
      return answer_init(unique, body_as<fuse_init_in>(body));
    case FUSE_LOOKUP:
      return answer_lookup(unique, reinterpret_cast<const char*>(body));
    case FUSE_GETATTR:
    case FUSE_SETATTR:
      return answer_attributes(unique, request.nodeid);
    case FUSE_OPEN:
    case FUSE_OPENDIR:
      return answer_open(unique, request.nodeid);
    case FUSE_READ:
      return answer_read(request, body_as<fuse_read_in>(body));
    case FUSE_WRITE:
      return answer_write(request, body_as<fuse_write_in>(body));
    case FUSE_FSYNC:
      return answer_fsync(request);
    case FUSE_RELEASE:
    case FUSE_READDIR:  // empty: names are found by asking for them
    case FUSE_RELEASEDIR:
    case FUSE_DESTROY:
      return reply(unique, 0);
    case FUSE_INTERRUPT:
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
      return;  // these want no answer
    default:
      return reply(unique, ENOSYS);
  }
}

void FuseServer::answer_init(std::uint64_t unique, const fuse_init_in& init) {
  fuse_init_out out{};
  out.major = FUSE_KERNEL_VERSION;
  out.minor = std::min<std::uint32_t>(FUSE_KERNEL_MINOR_VERSION, init.minor);
  out.flags = FUSE_MAX_PAGES & init.flags;
  out.max_write = kMaxTransferBytes;
  out.max_pages = kMaxTransferBytes / 4096;
  out.max_background = kMaxWorkers * 2;
  out.congestion_threshold = kMaxWorkers * 2;
  out.time_gran = 1;
  reply(unique, 0, bytes_of(out));
}

void FuseServer::answer_lookup(std::uint64_t unique, std::string_view name) {
  const std::uint64_t node = node_by_name(name);
  if (node == 0) return reply(unique, ENOENT);
  fuse_entry_out out{};
  out.nodeid = node;
  out.entry_valid = kValidSeconds;
  out.attr_valid = attributes_valid_seconds(node);
  out.attr = attributes_of(node);
  reply(unique, 0, bytes_of(out));
}

void FuseServer::answer_attributes(std::uint64_t unique, std::uint64_t node) {
  if (is_file(node, DelayedFile::kStatus)) hold(node);
  fuse_attr_out out{};
  out.attr_valid = attributes_valid_seconds(node);
  out.attr = attributes_of(node);
  reply(unique, 0, bytes_of(out));
}

void FuseServer::answer_open(std::uint64_t unique, std::uint64_t node) {
  if (is_file(node, DelayedFile::kOpened)) hold(node);
  fuse_open_out out{};
  out.open_flags = is_file(node, DelayedFile::kDirect) ? FOPEN_DIRECT_IO : FOPEN_KEEP_CACHE;
  reply(unique, 0, bytes_of(out));
}

void FuseServer::answer_read(const fuse_in_header& request, const fuse_read_in& read) {
  static constexpr std::array<std::byte, kMaxTransferBytes> kZeros{};
  hold(request.nodeid);
  reply(request.unique, 0,
        std::span(kZeros).first(std::min<std::size_t>(read.size, kZeros.size())));
}

void FuseServer::answer_write(const fuse_in_header& request, const fuse_write_in& write) {
  hold(request.nodeid);
  fuse_write_out out{};
  out.size = write.size;
  reply(request.unique, 0, bytes_of(out));
}

void FuseServer::answer_fsync(const fuse_in_header& request) {
  hold(request.nodeid);
  reply(request.unique, 0);
}

void FuseServer::hold(std::uint64_t node) {
  if (node < kFirstFileNode || worker_of(node) >= slots_.size()) return;
  Slot& slot = slots_[worker_of(node)];
  hold_until(
      slot.t0_ns.load(std::memory_order_relaxed) + slot.delay_ns.load(std::memory_order_relaxed),
      slot, lateness_);
}

void FuseServer::reply(std::uint64_t unique, int error_number, std::span<const std::byte> body) {
  fuse_out_header header{};
  header.len = static_cast<std::uint32_t>(sizeof header + body.size());
  header.error = -error_number;
  header.unique = unique;
  std::array<iovec, 2> parts = {
      {{&header, sizeof header}, {const_cast<std::byte*>(body.data()), body.size()}}};
  // Fails only when whoever asked has been killed meanwhile: then nobody waits for the answer.
  (void)!writev(device_, parts.data(), body.empty() ? 1 : 2);
}

}  // namespace plumbline::workloads
