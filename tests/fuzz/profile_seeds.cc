// Writes seeds for profile_fuzzer into the folder that is named: a small profile of each format.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "analysis/io/atomic_file.h"
#include "tests/analysis/profile_builders.h"

namespace {

using namespace plumbline;

std::string pprof() {
  test::PprofBuilder builder;
  builder.type("cpu").type("wall").duration_ns(1'000'000'000).start_ns(5).default_type("wall");
  builder.sample("main;foo>bar", {1, 2}, {.text = {{"k", "v"}}, .numbers = {{"thread id", 7}}});
  builder.sample("main;@libx.so", {3, 4});
  return builder.bytes();
}

std::string otlp() {
  return test::otlp_file({{.type = "cpu",
                           .unit = "nanoseconds",
                           .duration_ns = 5,
                           .samples = {{.stack = "main;@libx.so;work",
                                        .values = {1},
                                        .times_ns = {2},
                                        .attributes = {{"thread.id", "b"}},
                                        .trace_id = std::string(16, '\x01'),
                                        .span_id = std::string(8, '\x01')}},
                           .resource = {{"service.name", "x"}}}});
}

constexpr const char* kJson = R"({"resourceProfiles":[{"resource":{"attributes":[{"key":"a",
  "value":{"intValue":"7"}}]},"scopeProfiles":[{"profiles":[{"sampleType":{"typeStrindex":1},
  "durationNano":"3","samples":[{"stackIndex":1,"values":["9"],"attributeIndices":[0]}]}]}]}],
  "dictionary":{"stringTable":["","cpu"],"mappingTable":[{}],"functionTable":[{"nameStrindex":1}],
  "locationTable":[{"lines":[{"functionIndex":0}]}],"stackTable":[{},{"locationIndices":[0]}],
  "linkTable":[{}],"attributeTable":[{"keyStrindex":1,"value":{"stringValue":"x"}}]}})";

constexpr const char* kPerf =
    "work 1/2 [000] 5.123456: 250000 cpu-clock:u: \n\t 55d0c0 spin+0x1 (/bin/work)\n"
    "\t 55d0c1 main (inlined)\n\n";

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fputs("usage: profile_seeds FOLDER\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path folder = arguments[1];
    std::filesystem::create_directories(folder);
    io::write_file_atomically(folder / "pprof", std::string(1, '\0') + pprof());
    io::write_file_atomically(folder / "otlp", '\x01' + otlp());
    io::write_file_atomically(folder / "json", std::string("\x02") + kJson);
    io::write_file_atomically(folder / "by_content", '\x03' + pprof());
    io::write_file_atomically(folder / "perf", std::string("\x03") + kPerf);
    io::write_file_atomically(folder / "folded", "\x03main;work 3\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return 0;
}
