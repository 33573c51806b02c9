// SQLite with our errors: a database, and statements whose values are bound, never part of the SQL.
//
// Used by the history's store alone. Thread rule: one thread for each database; several programs
// may use one file at once, and wait for each other up to kBusyTimeout.
// Failure: io::InputError, "FILE: WHAT: why", for a file that is damaged, locked, full or no
// database.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace plumbline::harness::sqlite {

inline constexpr std::chrono::seconds kBusyTimeout{20};

// The values of a row; an index counts from 0.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

  std::string text(int column) const;  // "" for NULL
  std::int64_t integer(int column) const;
  std::optional<double> number(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Value {
 public:
  Value(std::string text) : kind_(Kind::kText), text_(std::move(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(std::int64_t integer) : kind_(Kind::kInteger), integer_(integer) {}
  Value(std::optional<double> number)  // NULL where there is none, or no finite one
      : kind_(Kind::kNumber), number_(number) {}

  int bind_to(sqlite3_stmt* statement, int parameter) const;

 private:
  enum class Kind { kText, kInteger, kNumber };
  Kind kind_;
  std::string text_;
  std::int64_t integer_ = 0;
  std::optional<double> number_;
};

class Database {
 public:
  // `create`: where there is none.
  Database(const std::filesystem::path& file, bool create);

  // One statement; `take` for each row.
  void run(const std::string& sql, const std::vector<Value>& values = {},
           const std::function<void(const Row&)>& take = {});
  std::int64_t integer(const std::string& sql);  // of the first row; 0 for none
  std::string text(const std::string& sql);
  std::int64_t last_row() const;

  const std::filesystem::path& file() const { return file_; }

 private:
  [[noreturn]] void fail(const std::string& what) const;

  struct Close {
    void operator()(sqlite3* database) const;
  };

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> database_;
};

// All that is run in its life, or nothing of it. Takes the write lock at once: two programs that
// both read first and then write would block each other for good.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace plumbline::harness::sqlite
