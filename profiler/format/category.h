// Categories of time and the operations that book them, as written in recordings.
//
// Used on both sides of the file: hooks write these ids, the reader names them. Values are part of
// the format and never change meaning; new ones are appended.
// Thread rule: constants only. Signal rule: async-signal-safe. Failure: none.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace plumbline::format {

// What a nanosecond of a thread was spent on. Every nanosecond belongs to exactly one.
enum class Category : std::uint8_t {
  kCpu = 0,
  kLock = 1,
  kSync = 2,
  kFile = 3,
  kSocket = 4,
  kRunQueue = 5,
  kOther = 6,
};
inline constexpr std::size_t kCategoryCount = 7;

// Ids as they stand in results and on the command line.
inline constexpr std::array<std::string_view, kCategoryCount> kCategoryIds = {
    "cpu", "lock", "sync", "file", "socket", "runqueue", "other"};

// Names as people see them.
inline constexpr std::array<std::string_view, kCategoryCount> kCategoryNames = {
    "CPU",       "Monitor enter (lock)", "Synchronization", "File I/O", "Socket I/O",
    "Run queue", "Uncategorized"};

// Why time is in `other`. Never an empty answer: each nanosecond there has one of these.
enum class OtherReason : std::uint8_t {
  kUninstrumentedWait = 0,  // blocked outside every hook
  kMajorFault = 1,          // waited for a page from a device
  kNotOnAnyThread = 2,      // the span was open, but active on no thread
  kStoppedOrStolen = 3,     // on a CPU by the counter, but not by the kernel's clock
  kLost = 4,                // the events that would tell were dropped (the ring was full)
};
inline constexpr std::size_t kOtherReasonCount = 5;
inline constexpr std::array<std::string_view, kOtherReasonCount> kOtherReasonIds = {
    "uninstrumented_wait", "major_fault", "not_on_any_thread", "stopped_or_stolen", "lost"};

// The hooked call behind a wait.
enum class Operation : std::uint8_t {
  kUnknown = 0,
  kMutexLock = 1,
  kConditionWait = 2,
  kSleep = 3,
  kRead = 4,
  kWrite = 5,
  kSyncFile = 6,
  kSend = 7,
  kReceive = 8,
  kPoll = 9,
  kReadLock = 10,  // of a reader-writer lock
  kWriteLock = 11,
  kSpinLock = 12,
  kFileLock = 13,
  kSemaphoreWait = 14,
  kBarrierWait = 15,
  kThreadJoin = 16,
  kOnce = 17,       // another thread runs the initialisation
  kFutexWait = 18,  // std::atomic::wait, std::latch, std::future, guards of static variables
  kSignalWait = 19,
  kOpen = 20,
  kClose = 21,
  kFileStatus = 22,  // stat and its kin
  kFileChange = 23,  // rename, unlink, mkdir, truncate, ...
  kReadDirectory = 24,
  kCopy = 25,  // sendfile, splice, ...: between two descriptors
  kAccept = 26,
  kConnect = 27,
  kResolve = 28,
  kChildWait = 29,
  kSpawn = 30,
  kMessageReceive = 31,  // System V and POSIX message queues
  kMessageSend = 32,
  kIoUring = 33,
  kDeviceControl = 34,
  kAsyncWait = 35,  // aio_suspend, gai_suspend
};
inline constexpr std::size_t kOperationCount = 36;
inline constexpr std::array<std::string_view, kOperationCount> kOperationIds = {
    "unknown",      "mutex_lock",      "condition_wait", "sleep",       "read",
    "write",        "sync_file",       "send",           "receive",     "poll",
    "read_lock",    "write_lock",      "spin_lock",      "file_lock",   "semaphore_wait",
    "barrier_wait", "thread_join",     "once",           "futex_wait",  "signal_wait",
    "open",         "close",           "file_status",    "file_change", "read_directory",
    "copy",         "accept",          "connect",        "resolve",     "child_wait",
    "spawn",        "message_receive", "message_send",   "io_uring",    "device_control",
    "async_wait"};

// What a descriptor was when a call on it blocked.
enum class DescriptorKind : std::uint8_t {
  kNone = 0,  // the call takes no descriptor
  kFile = 1,  // regular file, directory, block device
  kSocket = 2,
  kPipe = 3,       // pipe or FIFO
  kTerminal = 4,   // character device
  kAnonymous = 5,  // eventfd, timerfd, signalfd, epoll: no inode of its own
  kUnknown = 6,    // closed meanwhile, or not to be told
};
inline constexpr std::size_t kDescriptorKindCount = 7;
inline constexpr std::array<std::string_view, kDescriptorKindCount> kDescriptorKindIds = {
    "none", "file", "socket", "pipe", "terminal", "anonymous", "unknown"};

// What makes a thread be sampled.
enum class SampleClock : std::uint8_t {
  kNone = 0,
  kPerfTaskClock = 1,   // perf software task-clock, user mode only
  kThreadCpuTimer = 2,  // POSIX timer on the thread's CPU clock: expires on the kernel's tick
};
inline constexpr std::size_t kSampleClockCount = 3;
inline constexpr std::array<std::string_view, kSampleClockCount> kSampleClockIds = {
    "none", "perf_task_clock_user", "thread_cpu_timer"};

// How a stack walk ended.
enum class StackEnd : std::uint8_t {
  kComplete = 0,      // reached the root of the thread
  kDepthLimit = 1,    // deeper than the limit: frames are left out (kMaxLeftOut)
  kNoRule = 2,        // no unwinding rule for a program counter
  kOutOfBounds = 3,   // a frame pointed outside the thread's own stack
  kNotTaken = 4,      // no walk was made
  kForeignStack = 5,  // the thread was on a stack that is not known to be its own
  kGuessed = 6,       // reached the root, over frame pointers where code had no rules
};
inline constexpr std::size_t kStackEndCount = 7;
inline constexpr std::array<std::string_view, kStackEndCount> kStackEndIds = {
    "complete", "depth_limit", "no_rule", "out_of_bounds", "not_taken", "foreign_stack", "guessed"};

// A frame up to this is no address: so many frames are left out in its place. 0: it is not known
// how many, and the root is among them.
inline constexpr std::uint64_t kMaxLeftOut = 4095;

}  // namespace plumbline::format
