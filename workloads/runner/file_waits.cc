#include "workloads/runner/file_waits.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>

#include "analysis/io/error.h"
#include "workloads/runner/segment_runner.h"

namespace plumbline::workloads {
namespace {

// A page of a file whose server is gone.
void end_without_page(int) {
  constexpr std::string_view kLine =
      "plumbline-workload: plumbline-truthd: a delayed page failed: it cannot be read\n";
  (void)!write(STDERR_FILENO, kLine.data(), kLine.size());
  _exit(2);
}

FILE* stream_of(int file, const char* mode) {
  FILE* stream = fdopen(file, mode);
  if (stream == nullptr) throw io::system_failure("fdopen", "cannot open a stream", errno);
  return stream;
}

void throw_if(int error_number) {
  if (error_number == 0) return;
  throw io::system_failure("plumbline-truthd", "a delayed file failed", error_number);
}

}  // namespace

std::set<FileOperation> file_operations(const Spec& spec) {
  std::set<FileOperation> operations;
  for (const Endpoint& endpoint : spec.endpoints) {
    for (const Step* step : steps_by_number(endpoint)) {
      if (step == nullptr || !step->span.empty()) continue;
      if (waits_for_file(step->segment)) operations.insert(step->segment.operation);
    }
  }
  return operations;
}

FileWaits::FileWaits(const std::set<FileOperation>& operations, std::size_t worker,
                     TruthDirectory& truth)
    : slot_(truth.slot(worker)),
      buffer_(static_cast<char*>(std::aligned_alloc(FreshPages::kPageBytes, kMaxTransferBytes))) {
  slot_.delay_ns.store(0, std::memory_order_relaxed);
  for (const FileOperation operation : operations) open_for(operation, worker, truth);
  for (const FileOperation operation : operations) use_once(operation);
}

void FileWaits::open_for(FileOperation operation, std::size_t worker, TruthDirectory& truth) {
  const auto file = [&](DelayedFile which, int flags = 0) {
    return truth.open_file(which, worker, flags);
  };
  switch (operation) {
    case FileOperation::kPread:
    case FileOperation::kPwrite:
    case FileOperation::kFsync:
      if (!direct_) direct_.emplace(file(DelayedFile::kDirect));
      break;
    case FileOperation::kFread:
      reader_.reset(stream_of(file(DelayedFile::kDirect), "r"));
      break;
    case FileOperation::kFwrite:
      writer_.reset(stream_of(file(DelayedFile::kDirect), "w"));
      break;
    case FileOperation::kReadBuffered:
    case FileOperation::kReadCached:
      if (!cached_) cached_.emplace(file(DelayedFile::kCached));
      break;
    case FileOperation::kMmapFault:
      mapped_.emplace(file(DelayedFile::kMapped));
      (void)std::signal(SIGBUS, end_without_page);
      break;
    case FileOperation::kODirect:
      o_direct_.emplace(file(DelayedFile::kCached, O_DIRECT));
      break;
    case FileOperation::kOpen:
      opened_path_ = truth.file_path(DelayedFile::kOpened, worker);
      break;
    case FileOperation::kStat:
      status_path_ = truth.file_path(DelayedFile::kStatus, worker);
      break;
  }
}

void FileWaits::use_once(FileOperation operation) {
  Segment segment;
  segment.operation = operation;
  segment.bytes = operation == FileOperation::kFsync ? 0 : 1;
  prepare(operation);
  throw_if(call(segment));
  finish();
}

void FileWaits::prepare(FileOperation operation) {
  if (operation == FileOperation::kReadBuffered) cached_->next();
  if (operation == FileOperation::kMmapFault) mapped_->next();
}

bool FileWaits::move_bytes(FileOperation operation, std::size_t bytes) {
  const auto all = static_cast<ssize_t>(bytes);
  switch (operation) {
    case FileOperation::kPread:
      return pread(direct_->number(), buffer_.get(), bytes, 0) == all;
    case FileOperation::kPwrite:
      return pwrite(direct_->number(), buffer_.get(), bytes, 0) == all;
    case FileOperation::kFread:
      return std::fread(buffer_.get(), 1, bytes, reader_.get()) == bytes;
    case FileOperation::kFwrite:
      return std::fwrite(buffer_.get(), 1, bytes, writer_.get()) == bytes &&
             std::fflush(writer_.get()) == 0;
    default:
      return false;  // moves none
  }
}

int FileWaits::call(const Segment& segment) {
  bool good = true;
  errno = EIO;  // where less came than was asked for
  switch (segment.operation) {
    case FileOperation::kFsync:
      good = fsync(direct_->number()) == 0;
      break;
    case FileOperation::kReadBuffered:
    case FileOperation::kReadCached:
      good = cached_->read_into(buffer_.get());
      break;
    case FileOperation::kMmapFault:
      mapped_->touch();
      break;
    case FileOperation::kODirect:
      good = pread(o_direct_->number(), buffer_.get(), FreshPages::kPageBytes, 0) ==
             ssize_t{FreshPages::kPageBytes};
      break;
    case FileOperation::kOpen:
      opened_.emplace(open(opened_path_.c_str(), O_RDONLY | O_CLOEXEC));
      good = opened_->number() >= 0;
      break;
    case FileOperation::kStat: {
      struct stat status {};
      good = stat(status_path_.c_str(), &status) == 0;
      break;
    }
    default:
      good = move_bytes(segment.operation, static_cast<std::size_t>(segment.bytes));
  }
  return good ? 0 : errno;
}

void FileWaits::finish() { opened_.reset(); }

void FileWaits::wait(const Segment& segment, std::int64_t duration_ns, LedgerRecord& record,
                     SegmentRunner& clocks) {
  prepare(segment.operation);
  slot_.delay_ns.store(duration_ns, std::memory_order_relaxed);
  clocks.begin_wait(record);
  slot_.t0_ns.store(record.t0_ns, std::memory_order_relaxed);
  const int error_number = call(segment);
  clocks.end_wait(record);
  throw_if(error_number);
  if (segment.operation == FileOperation::kReadCached) return;  // nobody let it go
  record.release_ns = slot_.release_ns.load(std::memory_order_relaxed);
  finish();
}

}  // namespace plumbline::workloads
