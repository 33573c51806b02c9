#include "harness/cli/ledger_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/truth/ledger_tiling.h"
#include "harness/truth/truth.h"
#include "workloads/ledger.h"
#include "workloads/ledger_json.h"
#include "workloads/spec.h"

namespace plumbline::harness {
namespace {

std::string ms(std::int64_t ns) { return fmt::format("{:.2f}", static_cast<double>(ns) / 1e6); }

std::string truth_table(const workloads::Ledger& ledger, const std::filesystem::path& file,
                        bool coloured) {
  const Truth truth =
      truth_of(ledger, workloads::parse_spec(ledger.spec_json, file), WaitDefinition::kEither);
  io::TextTable table({{"endpoint"},
                       {"requests", io::Align::kRight},
                       {"category"},
                       {"at least ms", io::Align::kRight},
                       {"at most ms", io::Align::kRight},
                       {"waits", io::Align::kRight}});
  for (const EndpointTruth& endpoint : truth.endpoints) {
    for (std::size_t category = 0; category < format::kCategoryCount; ++category) {
      const CategoryTruth& cell = endpoint.categories[category];
      if (cell.hi_ns == 0) continue;
      const bool waits = static_cast<format::Category>(category) != format::Category::kRunQueue;
      table.add_row({endpoint.name, std::to_string(endpoint.requests),
                     std::string(format::kCategoryNames[category]), ms(cell.lo_ns), ms(cell.hi_ns),
                     waits ? std::to_string(cell.blocked_waits) : "-"});
    }
  }
  return table.text(coloured);
}

std::string as_text(const workloads::Ledger& ledger, const std::filesystem::path& file) {
  const LedgerTiling tiling = check_tiling(ledger);
  std::string text =
      fmt::format("seed {}, {} threads, tiling error {} ns, booked twice {} ns\n", ledger.seed,
                  ledger.threads.size(), tiling.tiling_error_ns, tiling.overlap_ns);
  for (const std::string& skipped : ledger.skipped) {
    text += fmt::format("skipped {}\n", io::terminal_safe(skipped));
  }
  return text + truth_table(ledger, file, io::colour_wanted(STDOUT_FILENO));
}

}  // namespace

void add_ledger_command(CLI::App& app, Outcome&) {
  CLI::App* command =
      app.add_subcommand("ledger", "what a workload truly did, from the ledger it wrote");
  struct Arguments {
    std::string file;
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("file", arguments->file, "a .plumbledger file")->required();
  command->add_flag("--json", arguments->json, "every record, for programs");
  command->footer("Example:\n  plumbline ledger results/runs/X/recordings/R.plumbledger --json");
  command->callback([arguments] {
    const workloads::Ledger ledger = workloads::read_ledger(arguments->file);
    io::write_standard_output(arguments->json ? workloads::ledger_to_json(ledger).dump(2) + "\n"
                                              : as_text(ledger, arguments->file));
  });
}

}  // namespace plumbline::harness
