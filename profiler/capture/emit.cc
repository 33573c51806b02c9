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
  const auto fill = [&](format::Loss& loss) {
    loss.edge = edge;
    loss.span_id = thread.active.span_id;
    loss.scopes = unreported(Kind::kScope);
    loss.spans = unreported(Kind::kSpan);
    loss.waits = unreported(Kind::kWait);
    loss.samples = unreported(Kind::kSample);
  };
  if (!try_emit<format::Loss>(thread, format::RecordType::kLoss, fill, room)) return false;
  account.unreported = {};
  account.any_unreported = false;
  return true;
}

}  // namespace plumbline::capture
