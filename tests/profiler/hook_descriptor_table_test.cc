// profiler/capture/descriptor_kind: calls that did not block are summed under what their descriptor
// is now, not what its number once was.
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <functional>
#include <set>

#include "tests/profiler/blocking_calls.h"
#include "tests/profiler/recorded_session.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;
using format::Category;
using format::Operation;

// Under which categories the calls of `operation` that did not block were summed.
std::set<Category> summed(const Recording& recording, Operation operation) {
  std::set<Category> found;
  const auto& sums = recording.call_sums;
  for (Index row = 0; row < sums.size(); ++row) {
    if (sums.operation[row] == operation) found.insert(sums.category[row]);
  }
  return found;
}

int new_file() { return open("/proc/self/exe", O_RDONLY); }

void read_nothing(int fd) {
  char byte = 0;
  EXPECT_EQ(read(fd, &byte, 0), 0);
}

// Reads from `fd`, then, in a span of its own, from what `renew` put in its place.
Recording record_reuse(int first, const std::function<int(int)>& renew) {
  return record("clock=none", [&] {
    {
      auto span = GetTracer("test")->StartActiveSpan("before");
      read_nothing(first);
    }
    const int second = renew(first);
    EXPECT_EQ(second, first) << "the number is not reused";
    auto span = GetTracer("test")->StartActiveSpan("after");
    for (int i = 0; i < 3; ++i) read_nothing(second);
    close(second);
  });
}

// The category of the reads in span `after`.
Category after(const Recording& recording) {
  const Index span = span_named(recording, "after");
  const auto& sums = recording.call_sums;
  Category found = Category::kOther;
  for (Index row = 0; row < sums.size(); ++row) {
    if (sums.span[row] != span || sums.operation[row] != Operation::kRead) continue;
    EXPECT_EQ(sums.calls[row], 3U);
    found = sums.category[row];
  }
  return found;
}

// Fault: a cache by number is wrong after close and reuse. Pass: 0 calls in the wrong category.
TEST(DescriptorTable, IsRightAfterCloseAndReuse) {
  const Recording recording = record_reuse(new_file(), [](int fd) {
    close(fd);
    return socket(AF_UNIX, SOCK_STREAM, 0);
  });
  EXPECT_EQ(after(recording), Category::kSocket);
}

TEST(DescriptorTable, IsRightAfterDup2) {
  const Ends sockets(make_sockets);
  const Recording recording =
      record_reuse(new_file(), [&](int fd) { return dup2(sockets.reading(), fd); });
  EXPECT_EQ(after(recording), Category::kSocket);
}

TEST(DescriptorTable, IsRightAfterDup3) {
  const Ends pipes(make_pipe);
  const Recording recording =
      record_reuse(new_file(), [&](int fd) { return dup3(pipes.reading(), fd, O_CLOEXEC); });
  EXPECT_EQ(after(recording), Category::kSync);
}

TEST(DescriptorTable, IsRightAfterCloseRange) {
  const Recording recording = record_reuse(new_file(), [](int fd) {
    close_range(static_cast<unsigned>(fd), static_cast<unsigned>(fd), 0);
    return socket(AF_UNIX, SOCK_STREAM, 0);
  });
  EXPECT_EQ(after(recording), Category::kSocket);
}

TEST(DescriptorTable, IsRightAfterFclose) {
  FILE* stream = fdopen(new_file(), "r");
  const Recording recording = record_reuse(fileno(stream), [&](int) {
    fclose(stream);
    return socket(AF_UNIX, SOCK_STREAM, 0);
  });
  EXPECT_EQ(after(recording), Category::kSocket);
}

TEST(DescriptorTable, IsRightAfterCloseThroughSyscall) {
  const Recording recording = record_reuse(new_file(), [](int fd) {
    syscall(SYS_close, fd);
    return socket(AF_UNIX, SOCK_STREAM, 0);
  });
  EXPECT_EQ(after(recording), Category::kSocket);
}

long inline_close(int fd) {
  long result = 0;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(SYS_close), "D"(static_cast<long>(fd))
               : "rcx", "r11", "memory");
  return result;
}

// Nobody sees that close: the wait is right all the same, and puts the table right.
TEST(DescriptorTable, IsPutRightByAWaitAfterACloseBehindOurBack) {
  const int file = new_file();
  const Recording recording = record("clock=none", [&] {
    read_nothing(file);
    EXPECT_EQ(inline_close(file), 0);
    const Ends sockets(make_sockets);
    EXPECT_EQ(sockets.reading(), file) << "the number is not reused";
    wait_until_later([&] { sockets.write_one(); },
                     [&] {
                       char byte = 0;
                       EXPECT_EQ(read(file, &byte, 1), 1);
                     });
    auto span = GetTracer("test")->StartActiveSpan("after");
    for (int i = 0; i < 3; ++i) read_nothing(file);
  });
  Index waits = 0;
  for (Index row = 0; row < recording.waits.size(); ++row) {
    if (recording.waits.operation[row] != Operation::kRead) continue;
    EXPECT_EQ(recording.waits.category[row], Category::kSocket);
    ++waits;
  }
  EXPECT_EQ(waits, 1U);
  EXPECT_EQ(after(recording), Category::kSocket);
}

TEST(DescriptorTable, KeepsCategoriesOfOneOperationApart) {
  const Recording recording = record("clock=none", [&] {
    const Ends sockets(make_sockets), pipes(make_pipe);
    const int file = new_file();
    for (const int fd : {file, sockets.reading(), pipes.reading()}) read_nothing(fd);
    close(file);
  });
  const std::set<Category> all = {Category::kFile, Category::kSocket, Category::kSync};
  EXPECT_EQ(summed(recording, Operation::kRead), all);
}

}  // namespace
}  // namespace plumbline
