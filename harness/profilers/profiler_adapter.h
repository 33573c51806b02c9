// A profiler on the bench: what it claims, how a workload is started under it, and how its output
// becomes a Profile.
//
// One class for each profiler, in a file of its own, made by find_profiler.h; the experiment asks
// nothing but this. Another profiler is another such file: scoring does not change.
// Thread rule: the main thread. Failure: io::InputError of one line; a tool that is not on this
// machine is no failure, it is missing() with the reason.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/profilers/claims.h"
#include "harness/profilers/profile.h"
#include "harness/runs/interruption.h"
#include "workloads/ledger.h"
#include "workloads/spec.h"

namespace plumbline::harness {

// How a workload is started under a profiler.
struct Launch {
  std::vector<std::string> prefix{};  // before the workload's own command; the first is a path
  std::map<std::string, std::string> environment{};  // on top of the harness's own
};

// What the profiler is asked for.
struct LaunchOrder {
  std::filesystem::path output;
  int rate_hz = 1000;
  const workloads::Spec* spec = nullptr;
};

class ProfilerAdapter {
 public:
  ProfilerAdapter() = default;
  virtual ~ProfilerAdapter() = default;
  ProfilerAdapter(const ProfilerAdapter&) = delete;
  ProfilerAdapter& operator=(const ProfilerAdapter&) = delete;

  virtual std::string name() const = 0;  // as it stands in results
  virtual Claims claims() const = 0;
  // Of the tool; "" when it does not say.
  virtual std::string version(const Interruption&) const { return ""; }
  // Why it cannot be used on this machine; empty: it can.
  virtual std::string missing(const Interruption&) const { return ""; }
  // Of the file or folder that it writes, with its dot; empty: it writes none.
  virtual std::string extension() const = 0;
  virtual Launch launch(const LaunchOrder& order) const = 0;
  virtual Profile read(const std::filesystem::path& output, const workloads::Ledger& ledger,
                       const Interruption& interruption) const = 0;
};

// The CPU functions that a scenario burns time in, each once: for profilers that must be told.
std::vector<std::string> functions_of(const workloads::Spec& spec);

// A shared library in `more_folders`, or where Debian and most builds keep them;
// empty when none has.
std::filesystem::path find_library(const std::string& name,
                                   const std::vector<std::filesystem::path>& more_folders = {});

// A program in PATH; empty when there is none.
std::filesystem::path find_tool(const std::string& name);

// What a tool printed on standard output; throws io::InputError when it fails.
std::string output_of(const std::vector<std::string>& command, const Interruption& interruption);

}  // namespace plumbline::harness
