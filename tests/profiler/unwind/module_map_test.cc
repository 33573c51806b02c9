// profiler/unwind/module_map.h: what is loaded has a table, what is gone is given back, and walkers
// never notice.
#include "profiler/unwind/module_map.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "profiler/unwind/walk.h"
#include "tests/profiler/unwind/own_stack.h"

namespace plumbline::unwind {
namespace {

using format::StackEnd;

constexpr std::uint32_t kLimit = 128;

struct Taken {
  Stacks stacks;
  Walk walk;
  std::array<std::uint64_t, kLimit> frames;
};

[[gnu::noinline]] void take(void* argument) {
  auto& taken = *static_cast<Taken*>(argument);
  taken.walk = walk_from_here(taken.stacks, taken.frames.data(), kLimit);
}

class Plugin {
 public:
  explicit Plugin(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) return;
    call_ = reinterpret_cast<void (*)(void (*)(void*), void*)>(dlsym(handle_, "call_from_plugin"));
  }
  ~Plugin() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  bool is_loaded() const { return call_ != nullptr; }
  std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(call_); }
  void keep() { handle_ = nullptr; }

  // Walks from a frame that the plugin called.
  Taken taken_through() const {
    Taken taken{.stacks = {.own = test::own_stack(), .alternate = {}}, .walk = {}, .frames = {}};
    call_(take, &taken);
    return taken;
  }
  bool is_walked_through() const {
    const Taken taken = taken_through();
    return taken.walk.end == StackEnd::kComplete && taken.frames[0] - address() < 256;
  }

 private:
  void* handle_;
  void (*call_)(void (*)(void*), void*) = nullptr;
};

std::size_t mapped_pages() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages;
}

TEST(ModuleMap, UnchangedModulesAreNotReadAgain) {
  ASSERT_TRUE(update_modules());
  const ModuleTotals before = module_totals();
  EXPECT_GE(before.loaded, 4u);  // the program, libc, libstdc++, the vDSO
  EXPECT_EQ(before.without_table, 0u);
  ASSERT_TRUE(update_modules());
  const Plugin plugin(PLUGIN_SMALL);
  ASSERT_TRUE(plugin.is_loaded());
  ASSERT_TRUE(update_modules());
  const ModuleTotals after = module_totals();
  EXPECT_EQ(after.loaded, before.loaded + 1);
  EXPECT_LT(after.built.functions - before.built.functions, 32u);
  EXPECT_TRUE(plugin.is_walked_through());
  reclaim_modules();
}

// Fault: C1 of the fault catalogue: dlclose while walking; libunwind#537, #648.
// Pass: 1,000 loads and unloads under two threads that walk without pause: every walk of theirs
// complete, every walk through the library names it, not one page and not one table left over.
TEST(ModuleMap, LibrariesComeAndGoUnderWalkers) {
  ASSERT_TRUE(update_modules());
  while (!reclaim_modules()) std::this_thread::yield();
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> walks{0}, incomplete{0};
  const auto walk_all_the_time = [&] {
    Taken taken{.stacks = {.own = test::own_stack(), .alternate = {}}, .walk = {}, .frames = {}};
    while (!stop.load(std::memory_order_relaxed)) {
      take(&taken);
      walks.fetch_add(1, std::memory_order_relaxed);
      if (taken.walk.end != StackEnd::kComplete) incomplete.fetch_add(1);
    }
  };
  std::array<std::thread, 2> walkers{std::thread(walk_all_the_time),
                                     std::thread(walk_all_the_time)};
  const std::uint64_t table_bytes = module_totals().table_bytes;
  const std::uint64_t dropped = module_totals().dropped;
  std::size_t pages = 0;
  std::uint64_t wrong = 0;
  for (int round = 0; round < 1000; ++round) {
    {
      const Plugin plugin(round % 2 == 0 ? PLUGIN_SMALL : PLUGIN_LARGE);
      ASSERT_TRUE(plugin.is_loaded());
      ASSERT_TRUE(update_modules());
      wrong += !plugin.is_walked_through();
    }
    ASSERT_TRUE(update_modules());
    reclaim_modules();
    if (round == 100) {
      while (!reclaim_modules()) std::this_thread::yield();
      pages = mapped_pages();
    }
  }
  while (!reclaim_modules()) std::this_thread::yield();  // while the walkers walk
  const std::size_t pages_at_end = mapped_pages();
  stop.store(true);
  for (std::thread& walker : walkers) walker.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(incomplete.load(), 0u);
  EXPECT_GT(walks.load(), 1000u);
  EXPECT_EQ(module_totals().table_bytes, table_bytes);
  EXPECT_EQ(module_totals().dropped, dropped + 1000);
  EXPECT_LE(pages_at_end, pages);
}

// Fault: another library in the place of one that was unloaded is unwound by the old rules. Pass:
// both libraries are walked through. They have one layout, functions at the same addresses with
// other frames, and no build id. That they come to lie at one address is asserted.
TEST(ModuleMap, AnotherLibraryInTheSamePlaceHasItsOwnRules) {
  std::uintptr_t place = 0;
  for (const char* path : {PLUGIN_SMALL, PLUGIN_LARGE, PLUGIN_SMALL}) {
    const Plugin plugin(path);
    ASSERT_TRUE(plugin.is_loaded());
    if (place == 0) place = plugin.address() / 4096;
    EXPECT_EQ(plugin.address() / 4096, place);
    ASSERT_TRUE(update_modules());
    EXPECT_TRUE(plugin.is_walked_through()) << path;
  }
  ASSERT_TRUE(update_modules());
}

// Fault: under walkers that overlap without pause no counter is ever seen at 0.
TEST(ModuleMap, AChainOfReadersDoesNotHoldAMap) {
  ASSERT_TRUE(update_modules());
  while (!reclaim_modules()) {
  }
  auto reader = std::make_unique<ModuleReader>();
  const Plugin plugin(PLUGIN_SMALL);
  ASSERT_TRUE(update_modules());
  EXPECT_FALSE(reclaim_modules());
  const ModuleReader next;
  reader = nullptr;
  EXPECT_TRUE(reclaim_modules());
}

TEST(ModuleMap, NothingIsUnmappedUnderAReader) {
  ASSERT_TRUE(update_modules());
  while (!reclaim_modules()) {
  }
  auto reader = std::make_unique<ModuleReader>();
  std::uint64_t table_bytes = 0;
  std::uintptr_t place = 0;
  {
    const Plugin plugin(PLUGIN_SMALL);
    ASSERT_TRUE(update_modules());
    reader = nullptr;
    while (!reclaim_modules()) {
    }
    reader = std::make_unique<ModuleReader>();
    place = plugin.address();
    table_bytes = module_totals().table_bytes;
  }
  ASSERT_TRUE(update_modules());
  for (int attempt = 0; attempt < 100; ++attempt) EXPECT_FALSE(reclaim_modules());
  EXPECT_EQ(module_totals().table_bytes, table_bytes);
  EXPECT_EQ(reader->find(place)->cfa, Cfa::kStack);  // the reader's map still has it
  EXPECT_EQ(ModuleReader().find(place), nullptr);    // the next one's has not
  reader = nullptr;
  while (!reclaim_modules()) {
  }
  EXPECT_LT(module_totals().table_bytes, table_bytes);
}

class CopiedPlugin {
 public:
  CopiedPlugin()
      : path_(std::filesystem::temp_directory_path() /
              ("plumbline-plugin-" + std::to_string(getpid()) + ".so")) {
    std::filesystem::copy_file(PLUGIN_SMALL, path_,
                               std::filesystem::copy_options::overwrite_existing);
  }
  ~CopiedPlugin() { std::filesystem::remove(path_); }
  CopiedPlugin(const CopiedPlugin&) = delete;
  CopiedPlugin& operator=(const CopiedPlugin&) = delete;
  const std::filesystem::path& path() const { return path_; }

  void spoil_frames() const {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    ElfW(Ehdr) header;
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    std::vector<ElfW(Phdr)> segments(header.e_phnum);
    file.seekg(static_cast<std::streamoff>(header.e_phoff));
    file.read(reinterpret_cast<char*>(segments.data()),
              static_cast<std::streamsize>(segments.size() * sizeof segments[0]));
    for (const ElfW(Phdr) & segment : segments) {
      if (segment.p_type != PT_GNU_EH_FRAME) continue;
      file.seekp(static_cast<std::streamoff>(segment.p_offset));
      const std::string garbage(segment.p_filesz, '\xa5');
      file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
    }
  }

 private:
  std::filesystem::path path_;
};

TEST(ModuleMap, AModuleWithGarbageForFramesHasNoRulesAndIsCounted) {
  const CopiedPlugin copy;
  copy.spoil_frames();
  {
    const Plugin plugin(copy.path());
    ASSERT_TRUE(plugin.is_loaded());
    ASSERT_TRUE(update_modules());
    EXPECT_EQ(module_totals().without_table, 1u);
    const Taken taken = plugin.taken_through();
    EXPECT_EQ(taken.walk.end, StackEnd::kNoRule);
    EXPECT_EQ(taken.walk.frame_count, 1u);
  }
  ASSERT_TRUE(update_modules());
  EXPECT_EQ(module_totals().without_table, 0u);
}

// Fault: a library that was truncated on disk kills the program when its frames are read (SIGBUS).
// Seen in: updates by `cp` over a library in use. Pass: the library has no table; in a child, since
// it cannot even be unloaded any more.
TEST(ModuleMap, ATruncatedLibraryDoesNotKill) {
  const CopiedPlugin copy;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Plugin plugin(copy.path());
    plugin.keep();
    if (!plugin.is_loaded() || truncate(copy.path().c_str(), 0) != 0) _exit(2);
    const bool is_as_it_should = update_modules() && module_totals().without_table == 1;
    _exit(is_as_it_should ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace plumbline::unwind
