// Any bytes as a profile that somebody else made. Whatever comes in, what a reader returns has
// every index within its tables; else it is refused with one line.
//
// The first byte picks how the file is called: by its contents, OTLP, OTLP as JSON, or pprof alone.
// Packed files are not fuzzed: that would fuzz zlib, zstd and lz4.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "analysis/formats/pprof.h"
#include "analysis/formats/read_profile.h"
#include "analysis/io/error.h"
#include "tests/analysis/sound_profile.h"

namespace {

using namespace plumbline;

formats::StackProfile read(unsigned how, const formats::Input& input) {
  if (how == 0) return formats::read_pprof(input);
  constexpr std::string_view kNames[] = {"x.otlp", "x.otlp.json", "profile"};
  return formats::read_profile_bytes(input, kNames[(how - 1) % 3]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  if (size_bytes == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size_bytes - 1);
  try {
    const formats::StackProfile profile = read(data[0] % 4, {bytes, "fuzz"});
    if (!test::is_sound(profile)) std::abort();
    for (formats::Index stack = 0; stack < profile.stack_count(); ++stack) {
      (void)formats::folded_stack(profile, stack);
    }
  } catch (const io::InputError&) {
    // Refused with a reason.
  }
  return 0;
}
