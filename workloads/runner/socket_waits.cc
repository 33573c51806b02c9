#include "workloads/runner/socket_waits.h"

#include <string>

#include "analysis/io/error.h"
#include "workloads/clock.h"
#include "workloads/runner/segment_runner.h"

namespace plumbline::workloads {
namespace {

void throw_if(int error_number) {
  if (error_number == 0) return;
  throw io::system_failure("plumbline-truthd", "a socket peer failed", error_number);
}

void use_once(const SocketWaitKind& kind, SocketPartner& partner) {
  int error_number = partner.prepare(0);
  if (error_number == 0) error_number = partner.wait(monotonic_ns(), 0);
  if (error_number == EHOSTUNREACH && kind.first == SocketOperation::kGetaddrinfo) {
    throw io::InputError(
        "getaddrinfo does not ask plumbline-truthd's name server: /etc/nsswitch.conf must name dns "
        "among its hosts");
  }
  if (error_number == 0) error_number = partner.finish();
  throw_if(error_number);
}

}  // namespace

std::set<SocketWaitKind> socket_wait_kinds(const Spec& spec) {
  std::set<SocketWaitKind> kinds;
  for (const Endpoint& endpoint : spec.endpoints) {
    for (const Step* step : steps_by_number(endpoint)) {
      if (step == nullptr || step->segment.kind != LedgerKind::kSocket) continue;
      kinds.insert({step->segment.socket_operation, step->segment.family});
    }
  }
  return kinds;
}

SocketWaits::SocketWaits(const std::set<SocketWaitKind>& kinds, std::size_t worker,
                         TruthDirectory& truth)
    : slot_(truth.slot(worker)) {
  for (const SocketWaitKind& kind : kinds) {
    std::unique_ptr<SocketPartner> partner =
        make_socket_partner(kind.first, kind.second, worker, truth.connect_peer());
    use_once(kind, *partner);
    partners_.emplace(kind, std::move(partner));
  }
}

void SocketWaits::wait(const Segment& segment, std::int64_t duration_ns, LedgerRecord& record,
                       SegmentRunner& clocks) {
  SocketPartner& partner = *partners_.at({segment.socket_operation, segment.family});
  throw_if(partner.prepare(duration_ns));
  clocks.begin_wait(record);
  const int error_number = partner.wait(record.t0_ns, duration_ns);
  clocks.end_wait(record);
  throw_if(error_number);
  record.release_ns = slot_.release_ns.load(std::memory_order_relaxed);
  throw_if(partner.finish());
}

}  // namespace plumbline::workloads
