#include "profiler/capture/emit.h"

namespace plumbline::capture {

void count_dropped(Thread& thread, Kind kind, bool reentry) {
  Account& account = thread.account;
  const auto index = static_cast<std::size_t>(kind);
  base::add(reentry ? account.reentry[index] : account.ring_full[index]);
  ++account.unreported[index];
  account.any_unreported = true;
  if (!reentry) recording.wake_drain();
}

bool report_losses(Thread& thread, const Edge& edge, Room room) {
  Account& account = thread.account;
  const auto unreported = [&](Kind kind) {
    return account.unreported[static_cast<std::size_t>(kind)];
  };
  const bool written = try_emit(thread, format::RecordType::kLoss,
                                format::Loss{.header = {},
                                             .edge = edge,
                                             .span_id = thread.active.span_id,
                                             .scopes = unreported(Kind::kScope),
                                             .spans = unreported(Kind::kSpan),
                                             .waits = unreported(Kind::kWait),
                                             .samples = unreported(Kind::kSample)},
                                room);
  if (!written) return false;
  account.unreported = {};
  account.any_unreported = false;
  return true;
}

}  // namespace plumbline::capture
