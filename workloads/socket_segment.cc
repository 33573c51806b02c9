#include "workloads/socket_segment.h"

#include "workloads/duration_field.h"

namespace plumbline::workloads {

Segment parse_socket_segment(const JsonField& json) {
  Segment segment;
  segment.kind = LedgerKind::kSocket;
  segment.duration_ns = read_duration_ns(json);
  segment.socket_operation = static_cast<SocketOperation>(json["operation"].choice(
      {"recv", "poll", "epoll", "select", "send", "accept", "connect", "getaddrinfo"}));
  if (segment.socket_operation == SocketOperation::kGetaddrinfo) {
    json.allow_only({"category", "duration_us", "operation"});
    return segment;
  }
  json.allow_only({"category", "duration_us", "operation", "family"});
  if (segment.socket_operation == SocketOperation::kConnect) {
    json["family"].choice({"unix"});  // README.md says why not tcp
  } else {
    segment.family = static_cast<SocketFamily>(json["family"].choice({"unix", "tcp"}));
  }
  return segment;
}

}  // namespace plumbline::workloads
