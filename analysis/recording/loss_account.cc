#include "analysis/recording/loss_account.h"

#include <fmt/format.h>

namespace plumbline::analysis {

namespace {

// They differ when the file was cut before the last counters.
std::string check(const Recording& recording, const LossAccount& account,
                  std::int64_t reported_lost) {
  if (account.dropped.empty()) return "not checked: the file ends before the first counters";
  const auto counted = recording.counters.find(account.kind + ".recorded");
  if (counted != recording.counters.end() && counted->second != account.recorded) {
    return fmt::format("DIFFERS: {} counted as recorded", counted->second);
  }
  if (account.dropped_total() != reported_lost) {
    return fmt::format("DIFFERS: {} dropped by the loss records", reported_lost);
  }
  return "agrees";
}

// Counters named "samples.dropped_ring_full" are the causes of the kind "samples".
LossAccount account_of(const Recording& recording, const std::string& kind,
                       std::uint64_t EventCounts::*count) {
  LossAccount account;
  account.kind = kind;
  account.recorded = static_cast<std::int64_t>(recording.recorded.*count);
  const std::string prefix = kind + ".dropped_";
  for (auto it = recording.counters.lower_bound(prefix);
       it != recording.counters.end() && it->first.starts_with(prefix); ++it) {
    account.dropped[it->first.substr(prefix.size())] = it->second;
  }
  account.check = check(recording, account, static_cast<std::int64_t>(recording.lost.*count));
  return account;
}

}  // namespace

std::int64_t LossAccount::dropped_total() const {
  std::int64_t total = 0;
  for (const auto& [cause, count] : dropped) total += count;
  return total;
}

std::vector<LossAccount> loss_accounts_of(const Recording& recording) {
  return {account_of(recording, "scopes", &EventCounts::scopes),
          account_of(recording, "spans", &EventCounts::spans),
          account_of(recording, "waits", &EventCounts::waits),
          account_of(recording, "samples", &EventCounts::samples)};
}

}  // namespace plumbline::analysis
