// plumbline-truthd --directory DIR: the other side of a workload's waits.
//
// Started by the harness beside the workload, outside every profiler. Serves one workload at a
// time: slot and file N belong to its worker N. Prints one line when it is ready:
//   ready: file, socket
//   ready: socket; skip file: /dev/fuse cannot be opened: Permission denied
// and a line for each kind of wait when it ends:
//   late file: 120 waits, late by 62 us in the middle and 512 us at most
// It ends, leaving no mount behind, on SIGTERM, SIGINT or SIGHUP, when the thread that started it
// dies, and when its standard input is a pipe or socket that reaches its end.
// Thread rule: this thread starts, accepts and ends; server threads answer.
// Failure rule: one line on standard error, exit 2.
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "workloads/truthd/abandoned_mounts.h"
#include "workloads/truthd/fuse_mount.h"
#include "workloads/truthd/lateness.h"
#include "workloads/truthd/shared_slots.h"
#include "workloads/truthd/socket_peers.h"

namespace plumbline::workloads {
namespace {

std::filesystem::path directory_from(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--directory" && *argv[2] != '\0') return argv[2];
  throw io::InputError("usage: plumbline-truthd --directory DIR");
}

// Blocked before the first thread starts, so that every thread inherits it and the signals come
// by descriptor.
int end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  (void)std::signal(SIGPIPE, SIG_IGN);  // nobody need listen to what is printed
  const int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
  if (descriptor < 0) throw io::system_failure("signalfd", "cannot wait for signals", errno);
  return descriptor;
}

// One server for each directory: with the lock held, a mount found in it has none.
int lock_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw io::system_failure(directory, "cannot make the directory", error.value());
  const int lock = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0) throw io::system_failure(directory, "cannot open the directory", errno);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    throw io::InputError(directory.string() + ": in use by another plumbline-truthd; end it first");
  }
  return lock;
}

// The workload copies these lines into its ledger.
void announce(const std::filesystem::path& directory, const FuseMount& files) {
  const std::string skipped = files.reason().empty() ? "" : "file: " + files.reason();
  io::write_file_atomically(directory / kSkippedEntry, skipped);
  const std::string line =
      skipped.empty() ? "ready: file, socket" : "ready: socket; skip " + skipped;
  (void)std::puts(line.c_str());
  (void)std::fflush(stdout);
}

// Standard input tells that the parent has gone, but only where it is a line to it: a terminal or
// /dev/null says nothing.
int parent_line() {
  struct stat status {};
  const bool line =
      fstat(STDIN_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
  return line ? STDIN_FILENO : -1;  // poll() passes over -1
}

bool parent_gone() {
  std::array<char, 64> ignored{};
  return read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0;
}

void accept_until_told_to_end(int signals, SocketPeers& peers) {
  std::array<pollfd, 3> watched = {
      {{signals, POLLIN, 0}, {parent_line(), POLLIN, 0}, {peers.listener(), POLLIN, 0}}};
  for (;;) {
    if (poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
    if (watched[0].revents != 0) return;
    if (watched[1].revents != 0 && parent_gone()) return;
    if (watched[2].revents != 0) peers.accept_one();
  }
}

// Static: server threads use them until the process ends.
Lateness& late_files() {
  static Lateness lateness;
  return lateness;
}
Lateness& late_sockets() {
  static Lateness lateness;
  return lateness;
}
Lateness& late_locks() {
  static Lateness lateness;
  return lateness;
}

void tell_lateness(const char* kind, const Lateness& lateness) {
  const std::string summary = lateness.summary();
  if (summary.empty()) return;
  (void)std::printf("late %s: %s\n", kind, summary.c_str());
  (void)std::fflush(stdout);
}

void serve(const std::filesystem::path& directory) {
  const int signals = end_signals();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const io::FileDescriptor lock(lock_directory(directory));
  SharedSlots slots(directory / kSlotsEntry);
  SocketPeers peers(directory / kPeersEntry, slots.table(), {late_sockets(), late_locks()});
  remove_abandoned_mounts();
  FuseMount files(directory / kFilesEntry);
  files.serve(slots.table(), late_files());
  announce(directory, files);
  accept_until_told_to_end(signals, peers);
  std::filesystem::remove(directory / kSkippedEntry);
  tell_lateness("file", late_files());
  tell_lateness("socket", late_sockets());
  tell_lateness("lock", late_locks());
}

}  // namespace
}  // namespace plumbline::workloads

int main(int argc, char** argv) {
  int status = 0;
  try {
    plumbline::workloads::serve(plumbline::workloads::directory_from(argc, argv));
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "plumbline-truthd: %s\n", error.what());
    status = 2;
  }
  // At once: server threads still sleep in requests that nobody waits for.
  _exit(status);
}
