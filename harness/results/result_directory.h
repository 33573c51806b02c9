// The folder that an experiment leaves behind: results.json, recordings and ledgers, figures.
//
// Nothing in it changes until the experiment is complete: an earlier result is replaced by a whole
// one or not at all.
// Thread rule: one owner. Failure: io::InputError: cannot be made, written, or is full.
#pragma once

#include <filesystem>
#include <string>

#include "harness/results/results.h"

namespace plumbline::harness {

class ResultDirectory {
 public:
  explicit ResultDirectory(std::filesystem::path directory);
  ~ResultDirectory();  // removes what was not committed
  ResultDirectory(const ResultDirectory&) = delete;
  ResultDirectory& operator=(const ResultDirectory&) = delete;

  // Where a run shall put its files: a name without extension.
  std::filesystem::path files_of_run(const std::string& run_id) const;

  void commit(const Results& results);

  const std::filesystem::path& path() const { return directory_; }

 private:
  std::filesystem::path directory_;
  std::filesystem::path staging_;  // becomes `recordings`
};

// "results/runs/NAME-20261122T083000Z"
std::filesystem::path default_result_directory(const std::string& name);

}  // namespace plumbline::harness
