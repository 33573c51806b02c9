#include "analysis/formats/unpacked.h"

#include <fmt/format.h>
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "analysis/io/error.h"

namespace plumbline::formats {
namespace {

constexpr std::string_view kLz4Magic = "\x04\x22\x4D\x18";
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";
constexpr std::string_view kGzipMagic = "\x1F\x8B";
constexpr std::size_t kStepBytes = 256 << 10;

// Gathers what comes out, up to the limit.
class Output {
 public:
  Output(const Input& input, std::size_t max_bytes)
      : input_(input), max_bytes_(max_bytes), step_(kStepBytes, '\0') {}

  char* step() { return step_.data(); }
  void take(std::size_t size_bytes) {
    if (gathered_.size() + size_bytes > max_bytes_) {
      fail(fmt::format("more than {} bytes once unpacked; such a profile is not read", max_bytes_));
    }
    gathered_.append(step_, 0, size_bytes);
  }
  std::string finish() { return std::move(gathered_); }

  [[noreturn]] void fail(const std::string& what) const {
    throw io::InputError(fmt::format("{}: {}", input_.file.string(), what));
  }

 private:
  const Input& input_;
  const std::size_t max_bytes_;
  std::string step_, gathered_;
};

std::string unpack_lz4(const Input& input, std::size_t max_bytes) {
  Output output(input, max_bytes);
  LZ4F_dctx* made = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&made, LZ4F_VERSION))) output.fail("lz4 failed");
  const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> context(
      made, &LZ4F_freeDecompressionContext);
  std::string_view rest = input.bytes;
  std::size_t hint = 1;
  while (!rest.empty() || hint != 0) {
    std::size_t out = kStepBytes, in = rest.size();
    hint = LZ4F_decompress(context.get(), output.step(), &out, rest.data(), &in, nullptr);
    if (LZ4F_isError(hint)) output.fail(fmt::format("lz4: {}", LZ4F_getErrorName(hint)));
    if (out == 0 && in == 0) output.fail("lz4: the file ends within a frame");
    output.take(out);
    rest.remove_prefix(in);
  }
  return output.finish();
}

std::string unpack_zstd(const Input& input, std::size_t max_bytes) {
  Output output(input, max_bytes);
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                     &ZSTD_freeDCtx);
  if (context == nullptr) output.fail("zstd failed");
  ZSTD_inBuffer in{input.bytes.data(), input.bytes.size(), 0};
  std::size_t hint = 1;
  while (in.pos < in.size || hint != 0) {
    const std::size_t before = in.pos;
    ZSTD_outBuffer out{output.step(), kStepBytes, 0};
    hint = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(hint)) output.fail(fmt::format("zstd: {}", ZSTD_getErrorName(hint)));
    if (out.pos == 0 && in.pos == before) output.fail("zstd: the file ends within a frame");
    output.take(out.pos);
  }
  return output.finish();
}

struct GzipEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

std::string unpack_gzip(const Input& input, std::size_t max_bytes) {
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  Output output(input, max_bytes);
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) output.fail("gzip failed");
  const std::unique_ptr<z_stream, GzipEnd> end(&stream);
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(input.bytes.data()));  // zlib's, not const
  stream.avail_in = static_cast<uInt>(input.bytes.size());              // limited before
  int state = Z_OK;
  while (stream.avail_in > 0 || state != Z_STREAM_END) {
    if (state == Z_STREAM_END && inflateReset(&stream) != Z_OK) output.fail("gzip failed");
    stream.next_out = reinterpret_cast<Bytef*>(output.step());
    stream.avail_out = kStepBytes;
    state = inflate(&stream, Z_NO_FLUSH);
    if (state == Z_BUF_ERROR) output.fail("gzip: the file ends within a member");
    if (state != Z_OK && state != Z_STREAM_END) {
      output.fail(fmt::format("gzip: {}", stream.msg == nullptr ? "damaged" : stream.msg));
    }
    output.take(kStepBytes - stream.avail_out);
  }
  return output.finish();
}

}  // namespace

UnpackedFile::UnpackedFile(const std::filesystem::path& file, std::size_t max_bytes)
    : mapped_(file) {
  input_ = {mapped_.text(), file};
  if (input_.bytes.size() > max_bytes) {
    throw io::InputError(fmt::format("{}: has {} bytes; profiles of more than {} are not read",
                                     file.string(), input_.bytes.size(), max_bytes));
  }
  using Unpack = std::string (*)(const Input&, std::size_t);
  const std::pair<std::string_view, Unpack> kPacked[] = {
      {kLz4Magic, unpack_lz4}, {kZstdMagic, unpack_zstd}, {kGzipMagic, unpack_gzip}};
  for (const auto& [magic, unpack] : kPacked) {
    if (!input_.bytes.starts_with(magic)) continue;
    std::string inner = unpack(input_, max_bytes);
    unpacked_ = std::move(inner);
    input_ = {unpacked_, file.string() + " (unpacked)"};
  }
}

}  // namespace plumbline::formats
