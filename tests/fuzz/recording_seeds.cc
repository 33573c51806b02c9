// Writes seeds for recording_fuzzer into the folder that is named: a small recording with every
// type of record, once as it is and once as bare payloads, and both with compressed blocks.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "analysis/io/atomic_file.h"
#include "tests/analysis/recording_builder.h"

namespace {

using namespace plumbline;

void add_every_record(test::RecordingBuilder& builder) {
  builder.name(1, "GET /").name(2, "child").setting("cpu_clock", "rseq").counter("a.recorded", 1);
  builder.module({.load_bias = 64, .begin = 64, .end = 128, .path = "/x", .build_id = "ab"});
  builder.thread(1, 10).thread_start({.wall = 100, .cpu = 5}).thread_name("pool");
  builder.span_start({.id = 7, .root = 7, .start = 110, .name = 1}).span_endpoint(7, 2, 120);
  builder.scope({.wall = 110, .cpu = 15}, 7);
  builder.sample({.wall = 120, .cpu = 25, .period = 10, .span = 7, .frames = {1, 2}});
  builder.wait({.begin = {.wall = 130, .cpu = 35},
                .end = {.wall = 180, .cpu = 40, .run_delay = 5, .switches = 1},
                .span = 7,
                .frames = {3, 4}});
  builder.call_sums(7, format::Category::kFile, 3, 9, 8);
  builder.loss({.at = {.wall = 190, .cpu = 45}, .span = 7, .scopes = 1, .samples = 2});
  builder.scope({.wall = 200, .cpu = 50, .switches = 2, .faults = 1}, 0).span_end(7, 200);
  builder.thread_end({.wall = 210, .cpu = 60});
  builder.thread(2, 11).thread_start({.wall = 100}).thread_state({.wall = 150, .cpu = 10});
  builder.thread_state_in_wait({.begin = {.wall = 160}, .end = {.wall = 200}, .span = 7});
}

// The blocks of a sound file as recording_fuzzer takes them.
std::string as_payloads(const std::string& file) {
  std::string payloads("\x01");
  for (std::size_t at = sizeof(format::FileHeader); at < file.size();) {
    format::BlockHeader block;
    std::memcpy(&block, file.data() + at, sizeof block);
    const unsigned compressed = block.uncompressed_bytes != 0 ? 0x80 : 0;
    payloads += static_cast<char>(block.thread_index | compressed);
    payloads += static_cast<char>(block.payload_bytes & 0xFF);
    payloads += static_cast<char>(block.payload_bytes >> 8);
    payloads += file.substr(at + sizeof block, block.payload_bytes);
    at += sizeof block + block.payload_bytes;
  }
  return payloads;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fputs("usage: recording_seeds FOLDER\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path folder = arguments[1];
    std::filesystem::create_directories(folder);
    for (const bool compress : {false, true}) {
      test::RecordingBuilder builder;
      if (compress) builder.compress();
      add_every_record(builder);
      const auto& bytes = builder.bytes();
      const std::string file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      const std::string suffix = compress ? "_compressed" : "";
      io::write_file_atomically(folder / ("whole_file" + suffix), file);
      io::write_file_atomically(folder / ("payloads" + suffix), as_payloads(file));
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return 0;
}
