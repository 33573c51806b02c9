// A recording with all that an export needs, and exported files read back.
//
// Used by the tests of exports. Thread rule: one thread. Failure: io::InputError from the readers.
#pragma once

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "analysis/exports/exports.h"
#include "analysis/formats/read_profile.h"
#include "analysis/io/atomic_file.h"

namespace plumbline::test {

class Exported {
 public:
  explicit Exported(analysis::Recording recording)
      : recording_(std::move(recording)),
        partition_(analysis::partition_time(recording_)),
        engine_(recording_, partition_, {}) {}

  exports::Selection selection(const std::vector<analysis::Index>& rows, analysis::Scope scope) {
    return selection(engine_.scoped(rows, scope));
  }
  exports::Selection whole() { return selection(engine_.whole()); }

  template <class Write>
  static std::string text(Write write) {
    std::string all;
    write([&](std::string_view piece) { all += piece; });
    return all;
  }

  const analysis::Recording& recording() const { return recording_; }
  analysis::HotspotEngine& engine() { return engine_; }

 private:
  exports::Selection selection(const analysis::ScopedTime& scope) {
    return {recording_, partition_, engine_, "a question", scope, engine_.time_of(scope)};
  }

  analysis::Recording recording_;
  analysis::Partition partition_;
  analysis::HotspotEngine engine_;
};

inline formats::StackProfile read_back(const std::string& bytes, const std::string& name) {
  return formats::read_profile_bytes({bytes, name}, name);
}

inline formats::StackProfile read_packed(const std::string& bytes) {
  const std::string file = testing::TempDir() + "export_" + std::to_string(getpid()) + ".pb.gz";
  io::write_file_atomically(file, bytes);
  formats::StackProfile profile = formats::read_profile(file);
  std::filesystem::remove(file);
  return profile;
}

// Of a number of microseconds as JSON has it.
inline std::int64_t nanoseconds(double microseconds) { return std::llround(microseconds * 1000); }

}  // namespace plumbline::test
