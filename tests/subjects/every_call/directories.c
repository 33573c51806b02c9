/* Directories. The one that is read holds one file, so that the order is no question. */
#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>

#include "every_call.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static void read_all(void) {
  int count = 0;
  DIR* folder = opendir("tree");
  while (readdir(folder) != NULL) ++count;
  SAY(count);
  rewinddir(folder);
  while (readdir64(folder) != NULL) --count;
  SAY(count);
  struct dirent entry, *found;
  struct dirent64 entry64, *found64;
  rewinddir(folder);
  SAY(readdir_r(folder, &entry, &found));
  SAY(readdir64_r(folder, &entry64, &found64));
  SAY(closedir(folder));
  SAY(closedir(NULL));
  SAY_POINTER(opendir("/nonexistent"));
  SAY_POINTER(fdopendir(-1));
}

static void read_entries(void) {
  char entries[1024];
  off_t base = 0;
  const int fd = open("tree", O_RDONLY | O_DIRECTORY);
  SAY(getdents64(fd, entries, sizeof entries) > 0);
  SAY(getdents64(fd, entries, sizeof entries));
  SAY(getdirentries(fd, entries, sizeof entries, &base));
  SAY(getdirentries64(-1, entries, sizeof entries, &base));
  close(fd);
}

static void walk(void) {
  char* paths[] = {"tree", NULL};
  int count = 0;
  FTS* files = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
  SAY_POINTER(fts_read(files));
  SAY_POINTER(fts_children(files, 0));
  while (fts_read(files) != NULL) ++count;
  SAY(count);
  SAY(fts_close(files));
  FTS64* files64 = fts64_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
  SAY_POINTER(fts64_children(files64, 0));
  while (fts64_read(files64) != NULL) --count;
  SAY(count);
  SAY(fts64_close(files64));
  SAY_POINTER(fts_open(NULL, -1, NULL));
}

void call_directories(void) {
  mkdir("tree", 0700);
  close(open("tree/leaf", O_CREAT | O_WRONLY, 0600));
  read_all();
  read_entries();
  walk();
}
