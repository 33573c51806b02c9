#include "profiler/session/recording_writer.h"

#include <errno.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "profiler/base/clock.h"
#include "profiler/base/sys.h"
#include "profiler/format/record.h"

namespace plumbline::session {

namespace sys = base::sys;

namespace {

format::FileHeader make_header() {
  format::FileHeader header{};
  std::memcpy(header.magic, format::kRecordingMagic, sizeof header.magic);
  header.version = format::kFormatVersion;
  header.header_bytes = sizeof header;
  header.start_monotonic_ns = base::monotonic_ns();
  header.start_realtime_ns = sys::clock_ns(CLOCK_REALTIME);
  header.start_boottime_ns = sys::clock_ns(CLOCK_BOOTTIME);
  header.pid = sys::getpid();
  header.crc32c = format::file_header_crc(header);
  return header;
}

std::size_t size_of(std::span<const Piece> pieces) {
  std::size_t bytes = 0;
  for (const Piece& piece : pieces) bytes += piece.size();
  return bytes;
}

// The whole records at the front of `piece` that fit into `most_bytes`, but one at least. All of it
// if the program wrote over our records: this must end, whatever stands there.
Piece whole_records(Piece piece, std::size_t most_bytes) {
  std::size_t bytes = 0;
  while (bytes < piece.size()) {
    format::RecordHeader header{};
    std::memcpy(&header, piece.data() + bytes, std::min(sizeof header, piece.size() - bytes));
    if (header.size_bytes == 0 || header.size_bytes > piece.size() - bytes) return piece;
    if (bytes != 0 && bytes + header.size_bytes > most_bytes) break;
    bytes += header.size_bytes;
  }
  return piece.first(bytes);
}

}  // namespace

int RecordingWriter::open(const char* path) {
  // Never over another file, never through a link that somebody planted.
  const base::OwnFile file(
      sys::open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.fd() < 0) return -file.fd();
  *this = RecordingWriter();
  file_ = file;
  const format::FileHeader header = make_header();
  iovec piece{const_cast<format::FileHeader*>(&header), sizeof header};
  if (!write_all(&piece, 1)) return failure_;
  bytes_written_ = sizeof header;
  return 0;
}

void RecordingWriter::write_block(std::uint32_t thread_index, std::int32_t tid,
                                  std::span<const Piece> payload) {
  format::BlockHeader header{};
  header.magic = format::kBlockMagic;
  header.thread_index = thread_index;
  header.tid = tid;
  const std::size_t bytes = size_of(payload);
  if (bytes == 0) return;
  if (!compressor_.started() || bytes <= format::kMaxUncompressedBytes) {
    return write_one(header, payload);
  }
  for (Piece piece : payload) {
    while (!piece.empty()) {
      const Piece front = whole_records(piece, format::kMaxUncompressedBytes);
      write_one(header, std::array{front});
      piece = piece.subspan(front.size());
    }
  }
}

void RecordingWriter::write_one(format::BlockHeader header, std::span<const Piece> payload) {
  constexpr std::size_t kMostPieces = 5;
  const std::size_t bytes = size_of(payload);
  const std::array compressed{compressor_.compress(payload)};
  if (!compressed[0].empty()) {
    header.uncompressed_bytes = static_cast<std::uint32_t>(bytes);
    payload = compressed;
  }
  header.sequence = sequence_;
  header.payload_bytes = static_cast<std::uint32_t>(size_of(payload));
  iovec pieces[1 + kMostPieces] = {{&header, sizeof header}};
  int count = 1;
  std::uint32_t crc = format::crc32c(0, &header, offsetof(format::BlockHeader, crc32c));
  for (const Piece& piece : payload) {
    if (piece.empty() || count > static_cast<int>(kMostPieces)) continue;
    crc = format::crc32c(crc, piece.data(), piece.size());
    pieces[count++] = {const_cast<std::byte*>(piece.data()), piece.size()};
  }
  header.crc32c = crc;
  if (failure_ == 0 && !file_.still_ours()) failure_ = EBADF;
  if (failure_ != 0 || !write_all(pieces, count)) {
    bytes_lost_ += bytes;
    return;
  }
  bytes_written_ += sizeof header + header.payload_bytes;
  ++sequence_;
}

bool RecordingWriter::write_all(iovec* pieces, int count) {
  while (count > 0) {
    const long written = sys::writev(file_.fd(), pieces, count);
    if (written == -EINTR) continue;
    if (written <= 0) {
      give_up(written < 0 ? static_cast<int>(-written) : EIO);
      return false;
    }
    auto rest = static_cast<std::size_t>(written);
    for (; count > 0 && rest >= pieces->iov_len; ++pieces, --count) rest -= pieces->iov_len;
    if (count == 0) break;
    pieces->iov_base = static_cast<std::byte*>(pieces->iov_base) + rest;
    pieces->iov_len -= rest;
  }
  return true;
}

void RecordingWriter::give_up(int error_number) {
  failure_ = error_number;
  sys::ftruncate(file_.fd(), static_cast<std::int64_t>(bytes_written_));
}

void RecordingWriter::close() { file_.close(); }

}  // namespace plumbline::session
