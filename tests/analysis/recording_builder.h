// Makes recordings in memory for tests: format structs, into blocks, into a file's bytes.
//
// Records go into the open block, which is that of the process until thread() opens another.
// Thread rule: one thread. Failure: none; it writes what it is told, malformed records included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "profiler/format/block.h"
#include "profiler/format/record.h"

namespace plumbline::test {

using Frames = std::vector<std::uint64_t>;

// What a snapshot says, with only what a test is about written out.
struct EdgeValues {
  std::int64_t wall = 0, cpu = 0, run_delay = 0, stolen = 0;
  std::uint32_t switches = 0, faults = 0;
};
format::Edge edge(const EdgeValues& values);

struct WaitValues {
  EdgeValues begin = {}, end = {};
  std::uint64_t span = 0;
  format::Category category = format::Category::kLock;
  Frames frames = {};
  std::int32_t owner_tid = 0;
  std::uint64_t owner_span = 0;
};

struct SampleValues {
  std::int64_t wall = 0, cpu = 0, hook_cpu = 0, period = 0;
  std::uint64_t span = 0;
  Frames frames = {};
  bool in_hook = false;
};

struct SpanValues {
  std::uint64_t id = 0, root = 0, parent = 0;
  std::int64_t start = 0;
  std::uint32_t name = 0;
};

struct LossValues {
  EdgeValues at = {};
  std::uint64_t span = 0;
  std::uint32_t scopes = 0, spans = 0, waits = 0, samples = 0;
};

struct ModuleValues {
  std::uint64_t load_bias = 0, begin = 0, end = 0;
  std::string_view path, build_id;  // the id as bytes, not as hex
};

class RecordingBuilder {
 public:
  RecordingBuilder();

  // Ends the open block; the records that follow are of this thread, or of the process.
  RecordingBuilder& thread(std::uint32_t thread_index, std::int32_t tid);
  RecordingBuilder& process() { return thread(0, 0); }

  RecordingBuilder& thread_start(const EdgeValues& at, std::string_view name = "worker");
  RecordingBuilder& thread_name(std::string_view name);
  RecordingBuilder& thread_end(const EdgeValues& at);
  RecordingBuilder& thread_state(const EdgeValues& now);
  RecordingBuilder& thread_state_in_wait(const WaitValues& open_wait);
  RecordingBuilder& span_start(const SpanValues& span);
  RecordingBuilder& span_end(std::uint64_t id, std::int64_t wall);
  RecordingBuilder& span_endpoint(std::uint64_t root, std::uint32_t name, std::int64_t wall);
  RecordingBuilder& scope(const EdgeValues& at, std::uint64_t span);
  RecordingBuilder& wait(const WaitValues& wait);
  RecordingBuilder& call_sums(std::uint64_t span, format::Category category, std::uint32_t calls,
                              std::int64_t wall, std::int64_t cpu);
  RecordingBuilder& sample(const SampleValues& sample);
  RecordingBuilder& loss(const LossValues& loss);
  RecordingBuilder& name(std::uint32_t id, std::string_view text);
  RecordingBuilder& module(const ModuleValues& module);
  RecordingBuilder& setting(std::string_view key, std::string_view value);
  RecordingBuilder& counter(std::string_view key, std::int64_t value);

  // Blocks that end from here on are compressed; so is the open one.
  RecordingBuilder& compress();
  // A block of this thread with the payload as it is to be stored, and what its header says of it.
  RecordingBuilder& stored_block(std::span<const std::byte> payload,
                                 std::uint32_t uncompressed_bytes);

  // A root span "GET /report" (id 7) with a child "query" (8), on one thread, in two blocks.
  RecordingBuilder& two_spans();

  // A record of any content. `header.size_bytes` is filled in if it is 0.
  template <class Record>
  RecordingBuilder& record(format::RecordType type, Record content, std::string_view tail = {}) {
    content.header.type = type;
    if (content.header.size_bytes == 0) {
      content.header.size_bytes = format::padded_size(sizeof content, tail.size());
    }
    append(&content, sizeof content);
    append(tail.data(), tail.size());
    payload_.resize((payload_.size() + 7) & ~std::size_t{7});
    return *this;
  }

  // The file so far; the open block is ended.
  const std::vector<std::byte>& bytes();
  // Where each whole block ends.
  const std::vector<std::size_t>& block_ends() const { return block_ends_; }

 private:
  void append(const void* data, std::size_t size_bytes);
  void end_block();

  std::vector<std::byte> file_;
  std::vector<std::byte> payload_;
  std::vector<std::size_t> block_ends_;
  format::BlockHeader block_{};
  bool compress_ = false;
};

// One zstd frame, as the profiler makes them.
std::vector<std::byte> compressed(std::span<const std::byte> content);

}  // namespace plumbline::test
