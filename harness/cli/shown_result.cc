#include "harness/cli/shown_result.h"

#include <unistd.h>

#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "harness/publish/step_summary.h"
#include "harness/report.h"
#include "harness/results/results_writer.h"

namespace plumbline::harness {

void show_result(const Results& results, const std::filesystem::path& folder,
                 const std::vector<std::string>& figures, bool json, Outcome& outcome) {
  if (json) {
    io::write_standard_output(results_text(results));
  } else {
    const bool coloured = io::colour_wanted(STDOUT_FILENO);
    io::write_standard_output(report_of(results, coloured) +
                              summary_of(results, folder, figures, coloured));
  }
  publish::append_step_summary(results);
  outcome.exit_code = results.summary.exit_code;
}

}  // namespace plumbline::harness
