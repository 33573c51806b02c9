// Programs that the harness starts: what they say, how they end, and that they do end.
#include "harness/runs/child_process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "analysis/io/error.h"
#include "harness/runs/run_directory.h"

namespace plumbline::harness {
namespace {

using namespace std::chrono_literals;

class ChildProcessTest : public ::testing::Test {
 protected:
  ChildCommand shell(const std::string& script) const {
    return {.arguments = {"/bin/sh", "-c", script}, .log = directory_.path() / "log"};
  }

  std::string finish(const std::string& script, std::chrono::milliseconds timeout = 20s) {
    return ChildProcess(shell(script), interruption_).finish(timeout);
  }

  // What is thrown, as text.
  std::string complaint(const std::string& script, std::chrono::milliseconds timeout = 20s) {
    try {
      finish(script, timeout);
    } catch (const io::InputError& error) {
      return error.what();
    }
    return "";
  }

  RunDirectory directory_;
  Interruption interruption_;
};

TEST_F(ChildProcessTest, GivesItsOutputByLinesAndAsAWhole) {
  ChildProcess child(shell("echo ready; echo more; echo rest"), interruption_);
  EXPECT_EQ(child.read_line(20s), "ready");
  EXPECT_EQ(child.finish(20s), "more\nrest\n");
}

TEST_F(ChildProcessTest, SetsTheEnvironmentOnTopOfOurs) {
  ChildCommand command = shell("echo $PLUMBLINE_TEST; echo ${PATH:+path}");
  command.environment = {{"PLUMBLINE_TEST", "value"}};
  EXPECT_EQ(ChildProcess(command, interruption_).finish(20s), "value\npath\n");
}

TEST_F(ChildProcessTest, FailureTellsTheStatusAndTheLastWords) {
  EXPECT_EQ(complaint("echo first >&2; echo the reason >&2; exit 3"),
            "sh ended with status 3: the reason");
  EXPECT_EQ(complaint("kill -SEGV $$"), "sh was killed by signal 11 (Segmentation fault)");
}

TEST_F(ChildProcessTest, EndBeforeTheFirstLineIsAFailure) {
  ChildProcess child(shell("echo no device >&2; exit 2"), interruption_);
  try {
    child.read_line(20s);
    FAIL() << "nothing was thrown";
  } catch (const io::InputError& error) {
    EXPECT_STREQ(error.what(), "sh ended with status 2: no device");
  }
}

TEST_F(ChildProcessTest, ProgramThatCannotBeStartedSaysWhy) {
  ChildCommand command = shell("");
  command.arguments = {"/nowhere/program"};
  EXPECT_THROW(
      {
        try {
          ChildProcess(command, interruption_).finish(20s);
        } catch (const io::InputError& error) {
          EXPECT_NE(std::string(error.what()).find("No such file"), std::string::npos);
          throw;
        }
      },
      io::InputError);
}

TEST_F(ChildProcessTest, OneThatHangsIsEnded) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(complaint("exec sleep 600", 200ms), "sh did not end within 0.2 s");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST_F(ChildProcessTest, SignalToTheHarnessInterruptsTheWaiting) {
  ChildProcess child(shell("kill -INT $PPID; exec sleep 600"), interruption_);
  EXPECT_THROW(child.finish(60s), Interrupted);
}

}  // namespace
}  // namespace plumbline::harness
