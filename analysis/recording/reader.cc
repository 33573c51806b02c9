#include "analysis/recording/reader.h"

#include <fmt/format.h>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "analysis/recording/assembler.h"
#include "analysis/recording/record_bytes.h"

namespace plumbline::analysis {

namespace {

void read_block(const Block& block, Assembler& assembler, ReadReport& report) {
  assembler.begin_block(block.header);
  for (Bytes rest = block.payload; !rest.empty();) {
    const auto header = record_header(rest);
    if (!header) {  // no way to find the next record in this block
      ++report.rejected_records;
      report.rejected_bytes += rest.size();
      return;
    }
    const Bytes record = rest.first(header->size_bytes);
    rest = rest.subspan(record.size());
    ++report.records;
    switch (assembler.add(header->type, record)) {
      case Taken::kYes:
        break;
      case Taken::kUnknown:
        ++report.unknown_records;
        break;
      case Taken::kRejected:
        ++report.rejected_records;
        report.rejected_bytes += record.size();
        break;
    }
  }
}

}  // namespace

Recording read_recording(Bytes bytes, const std::filesystem::path& file) {
  Recording recording;
  ReadReport& report = recording.report;
  recording.header = read_file_header(bytes, file);
  BlockReader blocks(bytes);
  Assembler assembler(recording);
  report.uncompressed_bytes = sizeof recording.header;
  while (const auto block = blocks.next()) {
    read_block(*block, assembler, report);
    report.uncompressed_bytes += sizeof block->header + block->payload.size();
    ++report.blocks;
  }
  if (report.blocks == 0) {
    const std::string reason = blocks.damage().empty() ? "nothing follows" : blocks.damage();
    throw io::damaged_file(file, blocks.offset(), "no whole block: " + reason);
  }
  report.file_bytes = bytes.size();
  report.read_bytes = blocks.offset();
  report.dropped_bytes = report.file_bytes - report.read_bytes;
  report.intact = blocks.damage().empty();
  if (!report.intact) {
    report.damage = fmt::format("at byte {}: {}", blocks.offset(), blocks.damage());
  }
  assembler.finish();
  return recording;
}

Recording read_recording(const std::filesystem::path& file) {
  const io::MappedFile mapped(file);
  return read_recording(mapped.bytes(), file);
}

}  // namespace plumbline::analysis
