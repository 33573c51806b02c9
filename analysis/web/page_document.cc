#include "analysis/web/page_document.h"

#include <zlib.h>

#include <array>
#include <cassert>
#include <limits>
#include <stdexcept>

// The assembler takes the file in: no generated source, and nothing to convert.
asm(R"(
  .section .rodata
  .global plumbline_page_begin
  .global plumbline_page_end
plumbline_page_begin:
  .incbin ")" PLUMBLINE_PAGE_TEMPLATE R"("
plumbline_page_end:
  .byte 0
  .previous
)");

extern "C" const char plumbline_page_begin[];
extern "C" const char plumbline_page_end[];

namespace plumbline::analysis {

namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

class Packing {
 public:
  Packing() {
    constexpr int kGzipWindow = 15 + 16;
    if (deflateInit2(&stream_, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::runtime_error("the page's data cannot be packed: out of memory");
    }
  }
  ~Packing() { deflateEnd(&stream_); }
  Packing(const Packing&) = delete;
  Packing& operator=(const Packing&) = delete;

  std::string packed(std::string_view data) {
    std::string out;
    std::array<char, 1 << 16> piece;
    do {
      const std::size_t next = std::min<std::size_t>(data.size(), kMostAtOnce);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
      stream_.avail_in = static_cast<uInt>(next);
      data.remove_prefix(next);
      do {
        stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream_.avail_out = static_cast<uInt>(piece.size());
        deflate(&stream_, data.empty() ? Z_FINISH : Z_NO_FLUSH);
        out.append(piece.data(), piece.size() - stream_.avail_out);
      } while (stream_.avail_out == 0);
    } while (!data.empty());
    return out;
  }

 private:
  static constexpr std::size_t kMostAtOnce = 1u << 30;  // zlib counts in 32 bits
  z_stream stream_{};
};

void append_base64(std::string& text, std::string_view bytes) {
  text.reserve(text.size() + bytes.size() / 3 * 4 + 4);
  const auto byte = [&](std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
  };
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const unsigned group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    text += kDigits[group >> 18];
    text += kDigits[group >> 12 & 63];
    text += at + 1 < bytes.size() ? kDigits[group >> 6 & 63] : '=';
    text += at + 2 < bytes.size() ? kDigits[group & 63] : '=';
  }
}

}  // namespace

std::string_view page_template() {
  return {plumbline_page_begin,
          static_cast<std::size_t>(plumbline_page_end - plumbline_page_begin)};
}

std::string page_document(std::string_view data) {
  const std::string_view whole = page_template();
  const std::size_t place = whole.find(kDataPlace);
  assert(place != std::string_view::npos && "the template has a place for the data");
  std::string document(whole.substr(0, place));
  append_base64(document, Packing().packed(data));
  document += whole.substr(place + kDataPlace.size());
  return document;
}

}  // namespace plumbline::analysis
