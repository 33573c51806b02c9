// Writes seeds for eh_frame_fuzzer into the folder given: the call frame information of every
// object that this program has loaded, as far as it is short, each with and without its header.
#include <link.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "analysis/io/atomic_file.h"
#include "profiler/unwind/loaded_object.h"

namespace {

using namespace plumbline;

constexpr std::size_t kMaxSeedBytes = 1 << 14;

int write_seed(dl_phdr_info* object, std::size_t, void* argument) {
  const auto& folder = *static_cast<const std::filesystem::path*>(argument);
  const unwind::LoadedObject loaded = unwind::describe(*object);
  const unwind::Image image = unwind::copy_of_frames(loaded);
  if (!image.bytes.empty() && image.bytes.size() <= kMaxSeedBytes) {
    const std::string bytes(reinterpret_cast<const char*>(image.bytes.data()), image.bytes.size());
    const std::string name =
        "loaded_" + std::filesystem::path(object->dlpi_name).filename().string();
    io::write_file_atomically(folder / name, bytes);
    unwind::EhFrame frames(image, loaded.header);
    const std::size_t table_bytes = 12 + 8 * frames.max_entries();
    if (table_bytes < bytes.size()) {
      io::write_file_atomically(folder / (name + "_entries"), "\x01" + bytes.substr(table_bytes));
    }
  }
  unwind::discard(image);
  return 0;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fputs("usage: eh_frame_seeds FOLDER\n", stderr);
    return 2;
  }
  try {
    std::filesystem::path folder = arguments[1];
    std::filesystem::create_directories(folder);
    dl_iterate_phdr(write_seed, &folder);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return 0;
}
