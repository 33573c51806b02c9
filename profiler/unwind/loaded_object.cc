#include "profiler/unwind/loaded_object.h"

#include <errno.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>

#include "profiler/base/sys.h"
#include "profiler/unwind/mapped_memory.h"

namespace plumbline::unwind {

namespace {

constexpr std::uint64_t kMaxImageBytes = std::uint64_t{1} << 30;
constexpr std::size_t kHeaderBytes = 16;  // enough for the pointer to .eh_frame
constexpr std::size_t kMaxNoteBytes = 1024;
constexpr std::uint32_t kGnuName = 0x00'55'4e'47;  // "GNU"

bool copy_memory(std::uint64_t from, std::size_t bytes, void* to) {
  const iovec here{to, bytes};
  const iovec there{reinterpret_cast<void*>(from), bytes};
  const long copied =
      base::sys::call(SYS_process_vm_readv, base::sys::getpid(), base::sys::address(&here), 1,
                      base::sys::address(&there), 1, 0);
  if (copied == -ENOSYS || copied == -EPERM) {  // a sandbox: as safe as any read of the program
    std::memcpy(to, there.iov_base, bytes);
    return true;
  }
  return copied >= 0 && static_cast<std::size_t>(copied) == bytes;
}

// FNV-1a, a word at a time.
class Identity {
 public:
  void add(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100'0000'01b3; }
  void add_memory(std::uint64_t from, std::uint64_t bytes) {
    std::uint64_t words[kWordsAtOnce];
    while (bytes > 0) {
      const std::size_t part = std::min<std::uint64_t>(bytes, sizeof words);
      std::fill_n(words, kWordsAtOnce, 0);
      if (!copy_memory(from, part, words)) return;
      for (const std::uint64_t word : words) add(word);
      from += part;
      bytes -= part;
    }
  }
  std::uint64_t value() const { return hash_; }

 private:
  static constexpr std::size_t kWordsAtOnce = 512;
  std::uint64_t hash_ = 0xcbf2'9ce4'8422'2325;
};

void add_code(std::uint64_t begin, std::uint64_t end, CodeRange& code) {
  const bool is_first = code.end == 0;
  code.begin = is_first ? begin : std::min(code.begin, begin);
  code.end = std::max(code.end, end);
}

// The program headers, which lie in the object too.
class Segments {
 public:
  explicit Segments(const dl_phdr_info& object)
      : bias_(object.dlpi_addr), count_(std::min<std::size_t>(object.dlpi_phnum, kMaxSegments)) {
    const auto headers = reinterpret_cast<std::uint64_t>(object.dlpi_phdr);
    if (!copy_memory(headers, count_ * sizeof(ElfW(Phdr)), segments_)) count_ = 0;
  }
  const ElfW(Phdr) * begin() const { return segments_; }
  const ElfW(Phdr) * end() const { return segments_ + count_; }
  std::uint64_t address(const ElfW(Phdr) & segment) const { return bias_ + segment.p_vaddr; }

 private:
  static constexpr std::size_t kMaxSegments = 64;  // linkers write about 13
  std::uint64_t bias_;
  std::size_t count_;
  ElfW(Phdr) segments_[kMaxSegments];
};

// True when a note segment holds the GNU build id.
bool has_build_id(std::uint64_t notes, std::uint64_t bytes) {
  std::byte copy[kMaxNoteBytes];
  const std::size_t part = std::min<std::uint64_t>(bytes, sizeof copy);
  if (!copy_memory(notes, part, copy)) return false;
  ByteReader reader(Bytes(copy, part), notes);
  while (reader.left() > 0) {
    const std::uint64_t name_bytes = reader.number<std::uint32_t>();
    const std::uint64_t description_bytes = reader.number<std::uint32_t>();
    const auto type = reader.number<std::uint32_t>();
    const bool is_gnu = reader.number<std::uint32_t>() == kGnuName && name_bytes == 4;
    if (is_gnu && type == NT_GNU_BUILD_ID) return reader.ok();
    if (!is_gnu) return false;  // another's notes: they come in a segment of their own
    reader.skip((description_bytes + 3) & ~std::uint64_t{3});
  }
  return false;
}

// Layout and notes; and the frames themselves, unless a build id stands for them.
std::uint64_t identity_of(const Segments& segments, const LoadedObject& object) {
  Identity identity;
  bool is_identified = false;
  for (const ElfW(Phdr) & segment : segments) {
    const std::uint64_t begin = segments.address(segment);
    identity.add(segment.p_type);
    identity.add(begin);
    identity.add(segment.p_memsz);
    if (segment.p_type != PT_NOTE) continue;
    identity.add_memory(begin, segment.p_memsz);
    is_identified = is_identified || has_build_id(begin, segment.p_memsz);
  }
  if (!is_identified) {
    identity.add_memory(object.frames_begin, object.frames_end - object.frames_begin);
  }
  return identity.value();
}

// Sets what is known of the frames of `object`, whose header lies in [header, segment_end).
void find_frames(std::uint64_t segment_end, LoadedObject& object) {
  std::byte start[kHeaderBytes];
  const bool has_header = segment_end > object.header &&
                          segment_end - object.header >= kHeaderBytes &&
                          copy_memory(object.header, kHeaderBytes, start);
  if (!has_header) return;
  ByteReader reader(Bytes(start), object.header);
  reader.number<std::uint8_t>();
  const auto encoding = reader.number<std::uint8_t>();
  reader.number<std::uint16_t>();
  const std::uint64_t frames = reader.pointer(encoding, object.header);
  // GNU gold puts .eh_frame before its header.
  const std::uint64_t begin = std::min(frames, object.header);
  if (!reader.ok() || segment_end - begin > kMaxImageBytes) return;
  object.frames_begin = begin;
  object.frames_end = segment_end;
}

}  // namespace

LoadedObject describe(const dl_phdr_info& object) {
  const Segments segments(object);
  LoadedObject found;
  for (const ElfW(Phdr) & segment : segments) {
    const std::uint64_t begin = segments.address(segment);
    if (segment.p_type == PT_GNU_EH_FRAME) found.header = begin;
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0) {
      add_code(begin, begin + segment.p_memsz, found.code);
    }
  }
  for (const ElfW(Phdr) & segment : segments) {
    const std::uint64_t begin = segments.address(segment);
    const bool holds_header = found.header >= begin && found.header - begin < segment.p_memsz;
    if (segment.p_type == PT_LOAD && holds_header) find_frames(begin + segment.p_memsz, found);
  }
  found.identity = identity_of(segments, found);
  found.is_readable = segments.begin() != segments.end();
  return found;
}

Image copy_of_frames(const LoadedObject& object) {
  const std::size_t bytes = object.frames_end - object.frames_begin;
  if (bytes == 0) return {};
  MappedMemory memory(bytes);
  auto* copy = memory.carve<std::byte>(bytes);
  if (copy == nullptr || !copy_memory(object.frames_begin, bytes, copy)) return {};
  memory.release();
  return {Bytes(copy, bytes), object.frames_begin};
}

void discard(const Image& image) {
  if (image.bytes.empty()) return;
  base::sys::unmap_memory(const_cast<std::byte*>(image.bytes.data()), image.bytes.size());
}

}  // namespace plumbline::unwind
