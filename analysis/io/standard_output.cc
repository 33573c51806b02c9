#include "analysis/io/standard_output.h"

#include <unistd.h>

#include "analysis/io/error.h"
#include "analysis/io/write_fully.h"

namespace plumbline::io {

void write_standard_output(std::string_view bytes) {
  const int error_number = write_fully(STDOUT_FILENO, bytes);
  if (error_number != 0) throw system_failure("standard output", "cannot write", error_number);
}

}  // namespace plumbline::io
