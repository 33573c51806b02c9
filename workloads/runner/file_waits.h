// The file segments of one worker, on files that plumbline-truthd answers for.
//
// Used by the segment runner.
// Thread rule: made by the main thread, used by its worker alone.
// Failure rule: io::InputError when a call failed; the run is then worthless. A page that cannot be
// had ends the process: one line, exit 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "analysis/io/file_descriptor.h"
#include "workloads/ledger.h"
#include "workloads/runner/fresh_pages.h"
#include "workloads/runner/truth_directory.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

class SegmentRunner;

// Those that the specification has segments of.
std::set<FileOperation> file_operations(const Spec& spec);

class FileWaits {
 public:
  // Each operation has been made once when this returns: the first time costs the kernel more.
  FileWaits(const std::set<FileOperation>& operations, std::size_t worker, TruthDirectory& truth);

  void wait(const Segment& segment, std::int64_t duration_ns, LedgerRecord& record,
            SegmentRunner& clocks);

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  struct Close {
    void operator()(FILE* stream) const { (void)std::fclose(stream); }
  };

  void open_for(FileOperation operation, std::size_t worker, TruthDirectory& truth);
  void use_once(FileOperation operation);
  void prepare(FileOperation operation);  // before t0
  int call(const Segment& segment);       // between t0 and t1: 0 or an error number
  bool move_bytes(FileOperation operation, std::size_t bytes);
  void finish();  // after t1

  Slot& slot_;
  std::unique_ptr<char, Free> buffer_;  // aligned, for direct I/O
  std::optional<io::FileDescriptor> direct_, o_direct_;
  std::unique_ptr<FILE, Close> reader_, writer_;
  std::optional<FreshPages> cached_, mapped_;
  std::filesystem::path opened_path_, status_path_;
  std::optional<io::FileDescriptor> opened_;
};

}  // namespace plumbline::workloads
