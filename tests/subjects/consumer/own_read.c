/* The program's own `read`, which stands before everybody else's: turns letters into capitals. */
#include <ctype.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

ssize_t read(int descriptor, void* buffer, size_t bytes) {
  const long result = syscall(SYS_read, descriptor, buffer, bytes);
  char* text = buffer;
  for (long i = 0; i < result; ++i) text[i] = (char)toupper((unsigned char)text[i]);
  return result;
}
