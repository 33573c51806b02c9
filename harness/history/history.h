// The figures of many results over time, in one SQLite file.
//
// Called by `plumbline history`. A result is added once, whoever adds it and however often. Several
// programs may add at once (WAL, a wait for the lock, one transaction for each result); one that is
// killed leaves nothing of its result behind. SCHEMA: schema() below, version kHistoryVersion; a
// file of a later version, or of another program, is refused and left alone.
// Thread rule: one thread. Failure: io::InputError with the file and why.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/history/figures_of_result.h"
#include "harness/history/sqlite.h"
#include "harness/results/results.h"

namespace plumbline::harness {

inline constexpr std::int64_t kHistoryVersion = 1;

// What to show; "" and none: all. Text is compared as it is, but for globs (`*`, `?`, `[..]`).
struct HistoryFilter {
  std::string name, machine, git, since, until;            // of results; times as they are written
  std::string kind, scenario, profiler, endpoint, figure;  // of figures
  std::optional<std::int64_t> last;                        // so many results, the latest
};

struct HistoryEntry {
  std::int64_t number = 0;
  std::string id, name, started, machine, settings, git, version, cpu_model, kernel, reason;
  std::int64_t cpus = 0, exit_code = 0, pass = 0, fail = 0, inconclusive = 0, figures = 0;
};

struct HistoryFigure {
  HistoryEntry result;  // without counts
  ResultFigure figure;
};

class History {
 public:
  enum class Open { kExisting, kOrNew };

  History(const std::filesystem::path& file, Open open);

  // False: it was there. Refused: a shard, a result of mixed machines or of an earlier version.
  bool add(const Results& results, const std::string& place);

  // By time.
  std::vector<HistoryEntry> list(const HistoryFilter& filter);
  // By time, in the order of each result.
  std::vector<HistoryFigure> figures(const HistoryFilter& filter);

 private:
  void check_ours(Open open);
  void create();

  sqlite::Database database_;
};

}  // namespace plumbline::harness
