// plumbline-workload --spec FILE [--seed N] [--truth DIR] --ledger OUT [--ledger-full]
// plumbline-workload --spec FILE [--seed N] --print-schedule
//
// Runs a scenario and writes its ledger, or prints what it would do, a line for each request. Knows
// nothing of the profiler but its span API, and runs the same with and without one. Silent when all
// went well.
// Thread rule: this thread prepares, waits, writes. Failure rule: one line on standard error,
// exit 2; no ledger is written then.
#include <getopt.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/io/error.h"
#include "workloads/ledger.h"
#include "workloads/runner/workload.h"
#include "workloads/schedule.h"
#include "workloads/spec.h"

namespace plumbline::workloads {
namespace {

struct Arguments {
  std::filesystem::path spec, ledger, truth;
  std::optional<std::uint64_t> seed;  // else the specification's
  bool full = false;
  bool print_schedule = false;
};

[[noreturn]] void complain(const std::string& what) {
  throw io::InputError(what +
                       "; usage: plumbline-workload --spec FILE [--seed N] [--truth DIR] "
                       "--ledger OUT [--ledger-full], or --spec FILE [--seed N] "
                       "--print-schedule");
}

std::uint64_t parse_seed(std::string_view text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc{} || end != text.data() + text.size()) {
    complain("--seed " + std::string(text) + ": expected an integer from 0 to 2^64 - 1");
  }
  return seed;
}

Arguments parse_arguments(int argc, char** argv) {
  static constexpr option kOptions[] = {{"spec", required_argument, nullptr, 's'},
                                        {"seed", required_argument, nullptr, 'n'},
                                        {"truth", required_argument, nullptr, 't'},
                                        {"ledger", required_argument, nullptr, 'l'},
                                        {"ledger-full", no_argument, nullptr, 'f'},
                                        {"print-schedule", no_argument, nullptr, 'p'},
                                        {nullptr, 0, nullptr, 0}};
  Arguments arguments;
  opterr = 0;  // one line, ours
  for (int chosen; (chosen = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    switch (chosen) {
      case 's':
        arguments.spec = optarg;
        break;
      case 'n':
        arguments.seed = parse_seed(optarg);
        break;
      case 't':
        arguments.truth = optarg;
        break;
      case 'l':
        arguments.ledger = optarg;
        break;
      case 'f':
        arguments.full = true;
        break;
      case 'p':
        arguments.print_schedule = true;
        break;
      default:
        complain(std::string(argv[optind - 1]) + ": unknown option, or its value is missing");
    }
  }
  if (optind < argc) complain(std::string(argv[optind]) + ": unexpected argument");
  if (arguments.spec.empty()) complain("--spec is missing");
  if (arguments.ledger.empty() && !arguments.print_schedule) complain("--ledger is missing");
  return arguments;
}

// "worker request endpoint think amount...", in nanoseconds or iterations.
void print_schedule(const Spec& spec, std::uint64_t seed) {
  const Schedule schedule = make_schedule(spec, seed);
  for (std::size_t worker = 0; worker < schedule.workers.size(); ++worker) {
    for (const ScheduledRequest& request : schedule.workers[worker]) {
      std::printf("%zu %u %u %jd", worker, request.number, request.endpoint,
                  std::intmax_t{request.think_ns});
      for (const std::int64_t amount : request.amounts) std::printf(" %jd", std::intmax_t{amount});
      std::printf("\n");
    }
  }
}

void run(const Arguments& arguments) {
  const Spec spec = read_spec(arguments.spec);
  if (arguments.print_schedule) return print_schedule(spec, arguments.seed.value_or(spec.seed));
  const RunOptions options{arguments.seed.value_or(spec.seed), arguments.truth, arguments.full};
  write_ledger(run_workload(spec, options), arguments.ledger);
}

}  // namespace
}  // namespace plumbline::workloads

int main(int argc, char** argv) {
  try {
    plumbline::workloads::run(plumbline::workloads::parse_arguments(argc, argv));
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "plumbline-workload: %s\n", error.what());
    return 2;
  }
  return 0;
}
