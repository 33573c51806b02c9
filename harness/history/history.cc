#include "harness/history/history.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <system_error>
#include <thread>

#include "analysis/io/error.h"
#include "harness/results/fingerprint.h"

namespace plumbline::harness {
namespace {

using sqlite::Row;
using sqlite::Transaction;
using sqlite::Value;

constexpr std::int64_t kApplication = 0x504c4d42;  // "PLMB"

constexpr std::array<const char*, 4> kSchema = {
    "CREATE TABLE results ("
    " number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " started TEXT NOT NULL, added TEXT NOT NULL, machine TEXT NOT NULL, settings TEXT NOT NULL,"
    " git TEXT NOT NULL, version TEXT NOT NULL, cpu_model TEXT NOT NULL, kernel TEXT NOT NULL,"
    " cpus INTEGER NOT NULL, exit_code INTEGER NOT NULL, reason TEXT NOT NULL,"
    " pass INTEGER NOT NULL, fail INTEGER NOT NULL, inconclusive INTEGER NOT NULL) STRICT",
    "CREATE TABLE figures ("
    " result INTEGER NOT NULL REFERENCES results(number) ON DELETE CASCADE,"
    " kind TEXT NOT NULL, scenario TEXT NOT NULL, profiler TEXT NOT NULL, endpoint TEXT NOT NULL,"
    " figure TEXT NOT NULL, unit TEXT NOT NULL, value REAL NOT NULL, lo REAL, hi REAL,"
    " tolerance REAL, verdict TEXT NOT NULL) STRICT",
    "CREATE INDEX figures_of_result ON figures(result)",
    "CREATE INDEX results_by_time ON results(started)"};

// Those that figures must share to be one series.
std::string settings_text(const Provenance& provenance) {
  std::string text;
  for (const auto& [setting, value] : provenance.settings) {
    if (setting == "repeats" || setting == "most_repeats" || setting == "seed") continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", setting, value);
  }
  return text;
}

void check_result(const Results& results, const std::string& place) {
  const Provenance& provenance = results.provenance;
  if (provenance.id.empty()) {
    throw io::InputError(place + ": does not say when it was made: it is of an earlier version");
  }
  if (provenance.shard) {
    throw io::InputError(fmt::format("{}: is shard {}/{}; merge them first", place,
                                     provenance.shard->index, provenance.shard->total));
  }
  if (provenance.mixed_machines) {
    throw io::InputError(place + ": is of unlike machines: it belongs to the history of none");
  }
}

// "WHERE ..." of a filter, and its values.
struct Condition {
  std::string sql = " WHERE 1";
  std::vector<Value> values;

  void add(const char* test, const std::string& value) {
    if (value.empty()) return;
    sql += fmt::format(" AND {}", test);
    values.emplace_back(value);
  }
};

Condition condition_of(const HistoryFilter& filter) {
  Condition condition;
  condition.add("name GLOB ?", filter.name);
  condition.add("machine GLOB ?", filter.machine);
  condition.add("git GLOB ?", filter.git);
  condition.add("started >= ?", filter.since);
  condition.add("started <= ?", filter.until);
  return condition;
}

constexpr const char* kEntryColumns =
    "number, id, name, started, machine, settings, git, version, cpu_model, kernel, reason, cpus, "
    "exit_code, pass, fail, inconclusive";
constexpr int kEntryColumnCount = 16;

HistoryEntry entry_of(const Row& row) {
  HistoryEntry entry;
  entry.number = row.integer(0);
  int column = 1;
  for (std::string* text :
       {&entry.id, &entry.name, &entry.started, &entry.machine, &entry.settings, &entry.git,
        &entry.version, &entry.cpu_model, &entry.kernel, &entry.reason}) {
    *text = row.text(column++);
  }
  for (std::int64_t* count :
       {&entry.cpus, &entry.exit_code, &entry.pass, &entry.fail, &entry.inconclusive}) {
    *count = row.integer(column++);
  }
  return entry;
}

ResultFigure figure_of(const Row& row, int column) {
  ResultFigure figure;
  for (std::string* text : {&figure.kind, &figure.scenario, &figure.profiler, &figure.endpoint,
                            &figure.figure, &figure.unit}) {
    *text = row.text(column++);
  }
  figure.value = row.number(column++).value_or(0);
  figure.lo = row.number(column++);
  figure.hi = row.number(column++);
  figure.tolerance = row.number(column++);
  figure.verdict = row.text(column);
  return figure;
}

// Kept in the file: later openings find it so. Where a file system has none, the older journal is
// as safe. Here SQLite does not wait for another program that is doing the same.
void use_wal(sqlite::Database& database) {
  constexpr std::chrono::milliseconds kPause{20};
  const auto deadline = std::chrono::steady_clock::now() + sqlite::kBusyTimeout;
  while (database.text("PRAGMA journal_mode") != "wal") {
    try {
      database.run("PRAGMA journal_mode = WAL");
      return;
    } catch (const io::InputError&) {
      if (std::chrono::steady_clock::now() > deadline) throw;
      std::this_thread::sleep_for(kPause);
    }
  }
}

// So that the latest are taken, and then shown by time.
std::string limited(const std::string& condition, const HistoryFilter& filter) {
  return fmt::format("SELECT {} FROM results{} ORDER BY started DESC, number DESC{}", kEntryColumns,
                     condition, filter.last ? fmt::format(" LIMIT {}", *filter.last) : "");
}

}  // namespace

History::History(const std::filesystem::path& file, Open open)
    : database_([&] {
        std::error_code error;
        if (open == Open::kExisting && !std::filesystem::exists(file, error)) {
          throw io::InputError(fmt::format(
              "{}: there is no history; `plumbline history add RESULT` begins one", file.string()));
        }
        if (open == Open::kOrNew && file.has_parent_path()) {
          std::filesystem::create_directories(file.parent_path(), error);
        }
        return sqlite::Database(file, open == Open::kOrNew);
      }()) {
  check_ours(open);
}

void History::check_ours(Open open) {
  const std::string health = database_.text("PRAGMA quick_check(1)");
  if (health != "ok") {
    throw io::InputError(fmt::format("{}: is damaged: {}; restore it, or begin another with --db",
                                     database_.file().string(), health));
  }
  if (open == Open::kOrNew) {
    use_wal(database_);
    create();
  }
  database_.run("PRAGMA foreign_keys = ON");
  const std::int64_t version = database_.integer("PRAGMA user_version");
  if (database_.integer("PRAGMA application_id") != kApplication) {
    throw io::InputError(database_.file().string() + ": is no history of Plumbline");
  }
  if (version != kHistoryVersion) {
    throw io::InputError(fmt::format("{}: is a history of version {}, this plumbline reads {}",
                                     database_.file().string(), version, kHistoryVersion));
  }
}

void History::create() {
  Transaction transaction(database_);
  if (database_.integer("SELECT count(*) FROM sqlite_master") != 0) return;
  for (const char* sql : kSchema) database_.run(sql);
  database_.run(fmt::format("PRAGMA application_id = {}", kApplication));
  database_.run(fmt::format("PRAGMA user_version = {}", kHistoryVersion));
  transaction.commit();
}

bool History::add(const Results& results, const std::string& place) {
  check_result(results, place);
  const Provenance& provenance = results.provenance;
  const Environment& environment = results.environment;
  const Summary& summary = results.summary;
  Transaction transaction(database_);
  bool known = false;
  database_.run("SELECT 1 FROM results WHERE id = ?", {provenance.id},
                [&](const Row&) { known = true; });
  if (known) return false;
  database_.run(
      "INSERT INTO results (id, name, started, added, machine, settings, git, version, cpu_model, "
      "kernel, cpus, exit_code, reason, pass, fail, inconclusive) "
      "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      {provenance.id, provenance.name, provenance.started,
       fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))),
       fingerprint_of(environment), settings_text(provenance), environment.git, environment.version,
       environment.cpu_model, environment.kernel, environment.cpus,
       static_cast<std::int64_t>(summary.exit_code), summary.reason, summary.pass, summary.fail,
       summary.inconclusive});
  const std::int64_t number = database_.last_row();
  for (const ResultFigure& figure : figures_of_result(results)) {
    database_.run("INSERT INTO figures VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                  {number, figure.kind, figure.scenario, figure.profiler, figure.endpoint,
                   figure.figure, figure.unit, std::optional<double>(figure.value), figure.lo,
                   figure.hi, figure.tolerance, figure.verdict});
  }
  transaction.commit();
  return true;
}

std::vector<HistoryEntry> History::list(const HistoryFilter& filter) {
  const Condition condition = condition_of(filter);
  std::vector<HistoryEntry> entries;
  database_.run(fmt::format("SELECT *, (SELECT count(*) FROM figures WHERE result = number) FROM "
                            "({}) ORDER BY started, number",
                            limited(condition.sql, filter)),
                condition.values, [&](const Row& row) {
                  entries.push_back(entry_of(row));
                  entries.back().figures = row.integer(kEntryColumnCount);
                });
  return entries;
}

std::vector<HistoryFigure> History::figures(const HistoryFilter& filter) {
  Condition condition = condition_of(filter);
  Condition rows;
  rows.add("kind GLOB ?", filter.kind);
  rows.add("scenario GLOB ?", filter.scenario);
  rows.add("profiler GLOB ?", filter.profiler);
  rows.add("endpoint GLOB ?", filter.endpoint);
  rows.add("figure GLOB ?", filter.figure);
  std::ranges::move(rows.values, std::back_inserter(condition.values));
  std::vector<HistoryFigure> found;
  database_.run(
      fmt::format("SELECT chosen.*, kind, scenario, profiler, endpoint, figure, unit, value, lo, "
                  "hi, tolerance, verdict FROM ({}) AS chosen JOIN figures ON result = number{} "
                  "ORDER BY started, number, figures.rowid",
                  limited(condition.sql, filter), rows.sql),
      condition.values, [&](const Row& row) {
        found.push_back({entry_of(row), figure_of(row, kEntryColumnCount)});
      });
  return found;
}

}  // namespace plumbline::harness
