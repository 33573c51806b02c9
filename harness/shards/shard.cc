// Sources of the protocols:
//   GoogleTest  Advanced Guide, "Distributing Test Functions to Multiple Machines"
//   Slurm       sbatch(1), OUTPUT ENVIRONMENT VARIABLES: SLURM_ARRAY_TASK_{ID,MIN,MAX,COUNT,STEP}
//   Kubernetes  Jobs, completion mode Indexed: JOB_COMPLETION_INDEX; no variable has the number
//   GitLab      CI/CD YAML, `parallel`: CI_NODE_INDEX from 1, CI_NODE_TOTAL
#include "harness/shards/shard.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <vector>

#include "analysis/io/error.h"
#include "analysis/io/file_descriptor.h"

namespace plumbline::harness {
namespace {

constexpr std::int64_t kMaxShards = 100'000;

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Statement {
  Shard shard;
  std::string source;

  std::string text() const {
    return fmt::format("{} says {}/{}", source, shard.index, shard.total);
  }
};

class ShardVariables {
 public:
  ShardVariables(const Variables& variables, std::optional<std::int64_t> total)
      : variables_(variables), total_(total) {}

  std::vector<Statement> statements() const {
    std::vector<Statement> all;
    for (const auto& statement : {google_test(), slurm(), kubernetes(), gitlab()}) {
      if (statement && statement->shard.total > 1) all.push_back(*statement);
    }
    return all;
  }

 private:
  // An empty value is as none: CI systems pass variables on that way.
  bool has(const char* name) const {
    const char* value = variables_(name);
    return value != nullptr && *value != '\0';
  }

  std::int64_t number(const char* name) const {
    if (!has(name))
      throw io::InputError(fmt::format("{}: is not set, but its shard needs it", name));
    const char* value = variables_(name);
    const std::optional<std::int64_t> found = number_in(value);
    if (!found || *found < 0) {
      throw io::InputError(fmt::format("{}: expected a number, found \"{}\"", name, value));
    }
    return *found;
  }

  // `index` counts from 1.
  static Statement checked(const std::string& source, std::int64_t index, std::int64_t total) {
    if (total < 1 || total > kMaxShards || index < 1 || index > total) {
      throw io::InputError(fmt::format(
          "{}: there is no part {} of {}; --shard I/N says it outright", source, index, total));
    }
    return {{index, total}, source};
  }

  std::optional<Statement> google_test() const {
    if (!has("GTEST_SHARD_INDEX") && !has("GTEST_TOTAL_SHARDS")) return std::nullopt;
    return checked("GTEST_SHARD_INDEX", number("GTEST_SHARD_INDEX") + 1,
                   number("GTEST_TOTAL_SHARDS"));
  }

  // `--array=4-16:4` has the tasks 4, 8, 12, 16. A list with gaps (`--array=1,2,7`) is refused:
  // from its variables nobody can tell which of its tasks this one is.
  std::optional<Statement> slurm() const {
    if (!has("SLURM_ARRAY_TASK_ID")) return std::nullopt;
    const std::int64_t id = number("SLURM_ARRAY_TASK_ID"), min = number("SLURM_ARRAY_TASK_MIN");
    const std::int64_t count = number("SLURM_ARRAY_TASK_COUNT");
    const std::int64_t step = has("SLURM_ARRAY_TASK_STEP") ? number("SLURM_ARRAY_TASK_STEP") : 1;
    const std::int64_t max =
        has("SLURM_ARRAY_TASK_MAX") ? number("SLURM_ARRAY_TASK_MAX") : min + (count - 1) * step;
    const bool even = step > 0 && id >= min && (id - min) % step == 0 &&
                      (max - min) / step + 1 == count && (max - min) % step == 0;
    if (!even) {
      throw io::InputError(fmt::format(
          "SLURM_ARRAY_TASK_ID: {} of {} tasks from {} to {} by {}: an array with gaps; "
          "--shard I/N says it outright",
          id, count, min, max, step));
    }
    return checked("SLURM_ARRAY_TASK_ID", (id - min) / step + 1, count);
  }

  std::optional<Statement> kubernetes() const {
    if (!has("JOB_COMPLETION_INDEX")) return std::nullopt;
    if (!total_) {
      throw io::InputError(
          "JOB_COMPLETION_INDEX: is set, but not of how many: --shard-total N (the job's "
          "completions), or --shard 1/1 to run all");
    }
    return checked("JOB_COMPLETION_INDEX", number("JOB_COMPLETION_INDEX") + 1, *total_);
  }

  std::optional<Statement> gitlab() const {
    if (!has("CI_NODE_INDEX")) return std::nullopt;
    return checked("CI_NODE_INDEX", number("CI_NODE_INDEX"), number("CI_NODE_TOTAL"));
  }

  const Variables& variables_;
  const std::optional<std::int64_t> total_;
};

}  // namespace

Shard parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto index = number_in(std::string_view(text).substr(0, slash));
  const auto total =
      slash == text.npos ? std::nullopt : number_in(std::string_view(text).substr(slash + 1));
  if (!index || !total || *index < 1 || *index > *total || *total > kMaxShards) {
    throw io::InputError(
        fmt::format("--shard {}: expected I/N with I from 1 to N, such as 2/3", text));
  }
  return {*index, *total};
}

ShardChoice choose_shard(const std::string& flag, std::optional<std::int64_t> total,
                         const Variables& variables) {
  if (!flag.empty()) {
    const Shard shard = parse_shard(flag);
    if (total && *total != shard.total) {
      throw io::InputError(
          fmt::format("--shard {}: --shard-total says {}; one of the two is enough", flag, *total));
    }
    if (shard.total == 1) return {std::nullopt, "--shard"};
    return {shard, "--shard"};
  }
  const std::vector<Statement> all = ShardVariables(variables, total).statements();
  if (total && *total > 1 && all.empty()) {
    throw io::InputError(fmt::format(
        "--shard-total {}: nothing says which of them this is; --shard I/N does", *total));
  }
  if (all.empty()) return {};
  for (const Statement& other : all) {
    if (other.shard != all.front().shard) {
      throw io::InputError(
          fmt::format("{}, but {}: --shard I/N decides", all.front().text(), other.text()));
    }
  }
  if (total && *total != all.front().shard.total) {
    throw io::InputError(
        fmt::format("--shard-total {}: {}; --shard I/N decides", *total, all.front().text()));
  }
  return {all.front().shard, all.front().source};
}

void acknowledge_shard(const Variables& variables) {
  const char* name = variables("GTEST_SHARD_STATUS_FILE");
  if (name == nullptr || *name == '\0') return;
  const io::FileDescriptor file(open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666));
  if (file.number() < 0) {
    throw io::system_failure(name, "GTEST_SHARD_STATUS_FILE cannot be touched", errno);
  }
}

}  // namespace plumbline::harness
