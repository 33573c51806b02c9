// Which part of an experiment this process shall run: told by --shard, or by what started it.
//
// Called by `plumbline run`. Understood: GoogleTest's protocol, Slurm job arrays, Kubernetes
// indexed jobs (whose number must be told by --shard-total), GitLab's `parallel`.
// Precedence: --shard, then the environment, where all that say something must agree. One part in
// all says nothing: GitLab sets CI_NODE_TOTAL=1 for every job.
// Thread rule: pure functions of their arguments, but for acknowledge_shard().
// Failure: io::InputError: half a statement, one out of range, or two that contradict each other.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "harness/results/results.h"

namespace plumbline::harness {

// The value of an environment variable; nullptr: not set.
using Variables = std::function<const char*(const char* name)>;

struct ShardChoice {
  std::optional<Shard> shard;  // none: the whole
  std::string source;          // "--shard", or the variables that said so
};

// "2/3": the second of three.
Shard parse_shard(const std::string& text);

// `flag`: of --shard, "" when not given; `total`: of --shard-total.
ShardChoice choose_shard(const std::string& flag, std::optional<std::int64_t> total,
                         const Variables& variables);

// Tells GoogleTest's runner that its shards are understood: GTEST_SHARD_STATUS_FILE is touched.
void acknowledge_shard(const Variables& variables);

}  // namespace plumbline::harness
