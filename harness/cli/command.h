// What every command of `plumbline` shares: how it is registered and how it ends.
//
// Each command lives in its own file and offers `void add_X_command(CLI::App&, Outcome&)`, which
// main.cc calls once. Its callback writes data to stdout and progress to stderr, sets
// `outcome.exit_code` if that is not 0, and throws io::InputError for what it cannot use.
// Thread rule: main thread. Failure rule: main.cc prints the error as one line, exit code 2.
#pragma once

namespace CLI {
class App;
}

namespace plumbline::harness {

struct Outcome {
  int exit_code = 0;
};

}  // namespace plumbline::harness
