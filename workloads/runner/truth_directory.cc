#include "workloads/runner/truth_directory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "analysis/io/error.h"
#include "analysis/io/file_descriptor.h"
#include "workloads/unix_address.h"

namespace plumbline::workloads {
namespace {

SlotTable* map_slots(const std::filesystem::path& path) {
  const io::FileDescriptor memory(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (memory.number() < 0) {
    throw io::system_failure(path, "no plumbline-truthd serves this directory", errno);
  }
  // MAP_POPULATE: the first access in the run shall not be a page fault.
  void* mapped = mmap(nullptr, sizeof(SlotTable), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                      memory.number(), 0);
  if (mapped == MAP_FAILED) throw io::system_failure(path, "cannot map the slot table", errno);
  return static_cast<SlotTable*>(mapped);
}

std::string read_skipped(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) throw io::system_failure(path, "no plumbline-truthd serves this directory", errno);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TruthDirectory::TruthDirectory(const std::filesystem::path& directory)
    : directory_(directory),
      skipped_(read_skipped(directory / kSkippedEntry)),
      slots_(map_slots(directory / kSlotsEntry)) {}

TruthDirectory::~TruthDirectory() { munmap(slots_, sizeof(SlotTable)); }

std::filesystem::path TruthDirectory::file_path(DelayedFile file, std::size_t worker) const {
  return directory_ / kFilesEntry / delayed_file_name(file, worker);
}

int TruthDirectory::open_file(DelayedFile file, std::size_t worker, int flags) const {
  const std::filesystem::path path = file_path(file, worker);
  const int opened = open(path.c_str(), O_RDWR | O_CLOEXEC | flags);
  if (opened < 0)
    throw io::system_failure(path, "plumbline-truthd does not open the delayed file", errno);
  return opened;
}

int TruthDirectory::connect_peer() const {
  const std::filesystem::path path = directory_ / kPeersEntry;
  const UnixAddress address(path);
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0 || connect(connection, address.get(), address.size()) != 0) {
    const int error_number = errno;
    if (connection >= 0) close(connection);
    throw io::system_failure(path, "cannot talk to plumbline-truthd", error_number);
  }
  return connection;
}

}  // namespace plumbline::workloads
