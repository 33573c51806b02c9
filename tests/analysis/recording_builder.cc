#include "tests/analysis/recording_builder.h"

#include <zstd.h>

#include <algorithm>
#include <string>
#include <utility>

namespace plumbline::test {

using format::RecordType;

namespace {

std::string bytes_of(const Frames& frames) {
  return {reinterpret_cast<const char*>(frames.data()), frames.size() * sizeof(std::uint64_t)};
}

template <std::size_t N>
void copy_name(char (&to)[N], std::string_view name) {
  std::copy_n(name.data(), std::min(name.size(), N - 1), to);
}

}  // namespace

format::Edge edge(const EdgeValues& values) {
  return {values.wall, values.cpu, values.run_delay, values.stolen, values.switches, values.faults};
}

RecordingBuilder::RecordingBuilder() {
  format::FileHeader header{};
  std::memcpy(header.magic, format::kRecordingMagic, sizeof header.magic);
  header.version = format::kFormatVersion;
  header.header_bytes = sizeof header;
  header.pid = 4242;
  header.crc32c = format::file_header_crc(header);
  const auto* bytes = reinterpret_cast<const std::byte*>(&header);
  file_.assign(bytes, bytes + sizeof header);
}

void RecordingBuilder::append(const void* data, std::size_t size_bytes) {
  const auto* bytes = static_cast<const std::byte*>(data);
  payload_.insert(payload_.end(), bytes, bytes + size_bytes);
}

std::vector<std::byte> compressed(std::span<const std::byte> content) {
  std::vector<std::byte> frame(ZSTD_compressBound(content.size()));
  frame.resize(ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), 1));
  return frame;
}

void RecordingBuilder::end_block() {
  if (payload_.empty()) return;
  const std::vector<std::byte> payload = std::move(payload_);
  payload_.clear();
  if (compress_) {
    stored_block(compressed(payload), static_cast<std::uint32_t>(payload.size()));
  } else {
    stored_block(payload, 0);
  }
}

RecordingBuilder& RecordingBuilder::compress() {
  compress_ = true;
  return *this;
}

RecordingBuilder& RecordingBuilder::stored_block(std::span<const std::byte> payload,
                                                 std::uint32_t uncompressed_bytes) {
  end_block();
  block_.magic = format::kBlockMagic;
  block_.payload_bytes = static_cast<std::uint32_t>(payload.size());
  block_.sequence = block_ends_.size();
  block_.uncompressed_bytes = uncompressed_bytes;
  block_.crc32c = format::block_crc(block_, payload.data());
  const auto* header = reinterpret_cast<const std::byte*>(&block_);
  file_.insert(file_.end(), header, header + sizeof block_);
  file_.insert(file_.end(), payload.begin(), payload.end());
  block_ends_.push_back(file_.size());
  return *this;
}

const std::vector<std::byte>& RecordingBuilder::bytes() {
  end_block();
  return file_;
}

RecordingBuilder& RecordingBuilder::thread(std::uint32_t thread_index, std::int32_t tid) {
  end_block();
  block_.thread_index = thread_index;
  block_.tid = tid;
  return *this;
}

RecordingBuilder& RecordingBuilder::thread_start(const EdgeValues& at, std::string_view name) {
  format::ThreadStart start{};
  start.edge = edge(at);
  copy_name(start.name, name);
  return record(RecordType::kThreadStart, start);
}

RecordingBuilder& RecordingBuilder::thread_name(std::string_view name) {
  format::ThreadName renamed{};
  copy_name(renamed.name, name);
  return record(RecordType::kThreadName, renamed);
}

RecordingBuilder& RecordingBuilder::thread_end(const EdgeValues& at) {
  format::ThreadEnd end{};
  end.edge = edge(at);
  return record(RecordType::kThreadEnd, end);
}

RecordingBuilder& RecordingBuilder::thread_state(const EdgeValues& now) {
  format::ThreadState state{};
  state.now = edge(now);
  return record(RecordType::kThreadState, state);
}

RecordingBuilder& RecordingBuilder::thread_state_in_wait(const WaitValues& open_wait) {
  format::ThreadState state{};
  state.header.flags = format::kThreadInWait;
  state.now = edge(open_wait.end);
  state.wait_begin = edge(open_wait.begin);
  state.wait_span_id = open_wait.span;
  state.category = open_wait.category;
  return record(RecordType::kThreadState, state);
}

RecordingBuilder& RecordingBuilder::span_start(const SpanValues& span) {
  format::SpanStart start{};
  start.wall_ns = span.start;
  start.trace_id_low = span.root;
  start.span_id = span.id;
  start.parent_span_id = span.parent;
  start.root_span_id = span.root;
  start.name_id = span.name;
  return record(RecordType::kSpanStart, start);
}

RecordingBuilder& RecordingBuilder::span_end(std::uint64_t id, std::int64_t wall) {
  format::SpanEnd end{};
  end.wall_ns = wall;
  end.span_id = id;
  return record(RecordType::kSpanEnd, end);
}

RecordingBuilder& RecordingBuilder::span_endpoint(std::uint64_t root, std::uint32_t name,
                                                  std::int64_t wall) {
  format::SpanEndpoint endpoint{};
  endpoint.wall_ns = wall;
  endpoint.root_span_id = root;
  endpoint.name_id = name;
  return record(RecordType::kSpanEndpoint, endpoint);
}

RecordingBuilder& RecordingBuilder::scope(const EdgeValues& at, std::uint64_t span) {
  format::ScopeChange change{};
  change.edge = edge(at);
  change.span_id = span;
  return record(RecordType::kScopeEnter, change);
}

RecordingBuilder& RecordingBuilder::wait(const WaitValues& values) {
  format::Wait wait{};
  wait.begin = edge(values.begin);
  wait.end = edge(values.end);
  wait.span_id = values.span;
  wait.category = values.category;
  wait.owner_tid = values.owner_tid;
  wait.owner_span_id = values.owner_span;
  wait.operation = format::Operation::kMutexLock;
  wait.frame_count = static_cast<std::uint32_t>(values.frames.size());
  return record(RecordType::kWait, wait, bytes_of(values.frames));
}

RecordingBuilder& RecordingBuilder::call_sums(std::uint64_t span, format::Category category,
                                              std::uint32_t calls, std::int64_t wall,
                                              std::int64_t cpu) {
  format::CallSums sums{};
  sums.span_id = span;
  sums.category = category;
  sums.calls = calls;
  sums.wall_ns = wall;
  sums.cpu_ns = cpu;
  return record(RecordType::kCallSums, sums);
}

RecordingBuilder& RecordingBuilder::sample(const SampleValues& values) {
  format::Sample sample{};
  sample.header.flags = values.in_hook ? format::kSampleInHook : std::uint16_t{0};
  sample.wall_ns = values.wall;
  sample.cpu_ns = values.cpu;
  sample.hook_cpu_ns = values.hook_cpu;
  sample.period_ns = values.period;
  sample.span_id = values.span;
  sample.frame_count = static_cast<std::uint32_t>(values.frames.size());
  return record(RecordType::kSample, sample, bytes_of(values.frames));
}

RecordingBuilder& RecordingBuilder::loss(const LossValues& values) {
  format::Loss loss{};
  loss.edge = edge(values.at);
  loss.span_id = values.span;
  loss.scopes = values.scopes;
  loss.spans = values.spans;
  loss.waits = values.waits;
  loss.samples = values.samples;
  return record(RecordType::kLoss, loss);
}

RecordingBuilder& RecordingBuilder::name(std::uint32_t id, std::string_view text) {
  format::Name name{};
  name.name_id = id;
  name.length_bytes = static_cast<std::uint32_t>(text.size());
  return record(RecordType::kName, name, text);
}

RecordingBuilder& RecordingBuilder::module(const ModuleValues& values) {
  format::Module module{};
  module.load_bias = values.load_bias;
  module.begin = values.begin;
  module.end = values.end;
  module.path_bytes = static_cast<std::uint32_t>(values.path.size());
  module.build_id_bytes = static_cast<std::uint32_t>(values.build_id.size());
  return record(RecordType::kModule, module,
                std::string(values.path) + std::string(values.build_id));
}

RecordingBuilder& RecordingBuilder::setting(std::string_view key, std::string_view value) {
  format::Setting setting{};
  setting.key_bytes = static_cast<std::uint32_t>(key.size());
  setting.value_bytes = static_cast<std::uint32_t>(value.size());
  return record(RecordType::kSetting, setting, std::string(key) + std::string(value));
}

RecordingBuilder& RecordingBuilder::counter(std::string_view key, std::int64_t value) {
  format::Counter counter{};
  counter.value = value;
  counter.key_bytes = static_cast<std::uint32_t>(key.size());
  return record(RecordType::kCounter, counter, key);
}

RecordingBuilder& RecordingBuilder::two_spans() {
  return process()
      .name(1, "GET /report")
      .name(2, "query")
      .thread(1, 100)
      .thread_start({.wall = 1000, .cpu = 10})
      .span_start({.id = 7, .root = 7, .start = 1100, .name = 1})
      .scope({.wall = 1100, .cpu = 60}, 7)
      .span_start({.id = 8, .root = 7, .parent = 7, .start = 1200, .name = 2})
      .scope({.wall = 1200, .cpu = 160}, 8)
      .scope({.wall = 1300, .cpu = 260}, 7)
      .span_end(8, 1300)
      .scope({.wall = 1400, .cpu = 360}, 0)
      .span_end(7, 1400)
      .thread_end({.wall = 1500, .cpu = 460});
}

}  // namespace plumbline::test
