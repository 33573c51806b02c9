#include "analysis/io/atomic_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"

namespace plumbline::io {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, removed behind it.
class AtomicFile : public testing::Test {
 protected:
  AtomicFile() {
    std::string name = (fs::temp_directory_path() / "plumbline_atomic_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~AtomicFile() override { fs::remove_all(folder_); }

  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string error_of(const fs::path& file, std::string_view bytes) {
  try {
    write_file_atomically(file, bytes);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(AtomicFile, WritesWhatItIsGiven) {
  const std::string bytes("a\0b\n", 4);
  write_file_atomically(folder_ / "new.json", bytes);
  EXPECT_EQ(content_of(folder_ / "new.json"), bytes);
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(AtomicFile, ReplacesAnEarlierFile) {
  write_file_atomically(folder_ / "f", "a longer earlier content");
  write_file_atomically(folder_ / "f", "new");
  EXPECT_EQ(content_of(folder_ / "f"), "new");
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(AtomicFile, NewFilesObeyTheUmask) {
  const mode_t before = umask(027);
  write_file_atomically(folder_ / "f", "x");
  umask(before);
  EXPECT_EQ(fs::status(folder_ / "f").permissions(), fs::perms(0640));
}

TEST_F(AtomicFile, FollowsALink) {
  write_file_atomically(folder_ / "real", "old");
  fs::create_symlink(folder_ / "real", folder_ / "link");
  write_file_atomically(folder_ / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(content_of(folder_ / "real"), "new");
}

TEST_F(AtomicFile, NamesAMissingFolder) {
  const fs::path file = folder_ / "absent" / "f";
  EXPECT_EQ(error_of(file, "x"), file.string() + ": cannot create: No such file or directory");
}

TEST_F(AtomicFile, RefusesWhatCannotBeReplacedByRenaming) {
  EXPECT_NE(error_of(folder_, "x").find("is not a regular file"), std::string::npos);
  EXPECT_NE(error_of(folder_ / "", "x").find("is a folder"), std::string::npos);
  EXPECT_NE(error_of("/dev/null", "x").find("is not a regular file"), std::string::npos);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

// Fault: the disk fills up in the middle of a write.
// Seen in: every profiler that writes its output in place; a later reader takes the half for all.
// Pass: one line with the reason, the earlier file byte for byte, nothing left beside it.
TEST_F(AtomicFile, AFullDiskLeavesTheEarlierFileAndNothingElse) {
  const fs::path file = folder_ / "f";
  write_file_atomically(file, "earlier");
  // A file size limit makes write() short and then fail, as a full disk does. In a child, since
  // the limit is the process's.
  const pid_t child = fork();
  if (child == 0) {
    (void)signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string error = error_of(file, std::string(100'000, 'x'));
    _exit(error == file.string() + ": cannot write: File too large" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(content_of(file), "earlier");
  EXPECT_EQ(files_in_folder(), 1u);
}

using MappedFileTest = AtomicFile;

TEST_F(MappedFileTest, ShowsTheBytes) {
  write_file_atomically(folder_ / "f", "bytes");
  const MappedFile file(folder_ / "f");
  ASSERT_EQ(file.bytes().size(), 5u);
  EXPECT_EQ(file.bytes()[0], std::byte{'b'});
}

TEST_F(MappedFileTest, AnEmptyFileIsEmpty) {
  write_file_atomically(folder_ / "f", "");
  EXPECT_TRUE(MappedFile(folder_ / "f").bytes().empty());
}

TEST_F(MappedFileTest, RefusesAPipeInsteadOfWaitingForAWriter) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THROW(MappedFile{pipe}, InputError);
}

TEST_F(MappedFileTest, NamesAMissingFile) {
  try {
    const MappedFile file(folder_ / "absent");
    FAIL() << "opened a file that is not there";
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(),
              (folder_ / "absent").string() + ": cannot open: No such file or directory");
  }
}

}  // namespace
}  // namespace plumbline::io
