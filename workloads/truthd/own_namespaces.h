// A user and a mount namespace of our own, in which a user without rights may mount.
//
// Used by FuseMount. What is mounted there is seen from outside under /proc/PID/root, by the same
// user, and ends with the process: even SIGKILL leaves nothing.
// Thread rule: before any other thread starts. Failure rule: false and errno.
#pragma once

namespace plumbline::workloads {

bool enter_own_namespaces();

}  // namespace plumbline::workloads
