#include "workloads/file_segment.h"

#include "workloads/duration_field.h"

namespace plumbline::workloads {

namespace {

bool moves_bytes(FileOperation operation) {
  return operation == FileOperation::kPread || operation == FileOperation::kPwrite ||
         operation == FileOperation::kFread || operation == FileOperation::kFwrite;
}

}  // namespace

Segment parse_file_segment(const JsonField& json) {
  Segment segment;
  segment.operation = static_cast<FileOperation>(
      json["operation"].choice({"pread", "pwrite", "fsync", "fread", "fwrite", "read_buffered",
                                "read_cached", "mmap_fault", "o_direct", "open", "stat"}));
  // No call is made for a file's page that is touched in memory: a profiler sees a page fault.
  segment.kind =
      segment.operation == FileOperation::kMmapFault ? LedgerKind::kOther : LedgerKind::kFile;
  if (segment.operation == FileOperation::kReadCached) {
    json.allow_only({"category", "operation"});  // it takes as long as it takes
    return segment;
  }
  segment.duration_ns = read_duration_ns(json);
  if (moves_bytes(segment.operation)) {
    json.allow_only({"category", "duration_us", "operation", "bytes"});
    segment.bytes = json["bytes"].integer(1, kMaxTransferBytes);
  } else {
    json.allow_only({"category", "duration_us", "operation"});
  }
  return segment;
}

}  // namespace plumbline::workloads
