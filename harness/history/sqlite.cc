#include "harness/history/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>

#include "analysis/io/error.h"

namespace plumbline::harness::sqlite {

std::string Row::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? "" : std::string(bytes, static_cast<std::size_t>(size));
}

std::int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::optional<double> Row::number(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_double(statement_, column);
}

int Value::bind_to(sqlite3_stmt* statement, int parameter) const {
  switch (kind_) {
    case Kind::kText:
      return sqlite3_bind_text64(statement, parameter, text_.data(), text_.size(), SQLITE_TRANSIENT,
                                 SQLITE_UTF8);
    case Kind::kInteger:
      return sqlite3_bind_int64(statement, parameter, integer_);
    case Kind::kNumber:
      break;
  }
  if (!number_ || !std::isfinite(*number_)) return sqlite3_bind_null(statement, parameter);
  return sqlite3_bind_double(statement, parameter, *number_);
}

void Database::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Database::Database(const std::filesystem::path& file, bool create) : file_(file) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
  database_.reset(opened);
  if (code != SQLITE_OK) fail("cannot be opened");
  sqlite3_busy_timeout(opened, static_cast<int>(std::chrono::milliseconds(kBusyTimeout).count()));
}

void Database::fail(const std::string& what) const {
  throw io::InputError(fmt::format("{}: {}: {}", file_.string(), what,
                                   database_ ? sqlite3_errmsg(database_.get()) : "out of memory"));
}

void Database::run(const std::string& sql, const std::vector<Value>& values,
                   const std::function<void(const Row&)>& take) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
    fail("cannot be used");
  }
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].bind_to(prepared, static_cast<int>(i) + 1) != SQLITE_OK) fail("cannot be used");
  }
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(prepared)) == SQLITE_ROW) {
    if (take) take(Row(prepared));
  }
  if (code != SQLITE_DONE) fail("cannot be used");
}

std::int64_t Database::integer(const std::string& sql) {
  std::int64_t value = 0;
  run(sql, {}, [&](const Row& row) { value = row.integer(0); });
  return value;
}

std::string Database::text(const std::string& sql) {
  std::string value;
  run(sql, {}, [&](const Row& row) { value = row.text(0); });
  return value;
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(database_.get()); }

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const io::InputError&) {
    // Closing the database rolls back as well.
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace plumbline::harness::sqlite
