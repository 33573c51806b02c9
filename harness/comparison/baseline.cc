#include "harness/comparison/baseline.h"

#include <fmt/format.h>

#include <cctype>
#include <string>
#include <system_error>

#include "analysis/io/error.h"
#include "harness/results/fingerprint.h"
#include "harness/results/results_reader.h"
#include "harness/results/results_writer.h"
#include "harness/runs/fitness.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

// What is not plain becomes '-', and two names that then are alike differ by a digest.
std::string file_name_of(const std::string& name) {
  constexpr std::size_t kMaxBytes = 80;
  std::string plain = name.substr(0, kMaxBytes);
  for (char& c : plain) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = byte < 0x80 && (std::isalnum(byte) != 0 || c == '_' || c == '-');
    if (!kept) c = '-';
  }
  if (plain == name && !name.empty()) return plain;
  return plain + "-" + digest_of(name).substr(0, 8);
}

void check_fit(const Results& result) {
  const Provenance& provenance = result.provenance;
  const auto refuse = [](const std::string& why) {
    throw io::InputError("--save-baseline: " + why);
  };
  if (provenance.id.empty()) {
    refuse("the result does not say of which experiment it is: it was made by an earlier version");
  }
  if (provenance.shard) {
    refuse(fmt::format("the result is shard {}/{}; merge them first", provenance.shard->index,
                       provenance.shard->total));
  }
  if (provenance.mixed_machines) refuse("the result is of unlike machines");
  const Summary& summary = result.summary;
  if (summary.exit_code == kExitSkipped || summary.reason.starts_with(kMachineUnfit)) {
    refuse(fmt::format("the result judged nothing: {}", summary.reason));
  }
}

}  // namespace

std::filesystem::path baseline_file(const std::filesystem::path& folder, const Results& result) {
  return folder / fingerprint_of(result.environment) /
         (file_name_of(result.provenance.name) + ".json");
}

Results read_baseline(const std::filesystem::path& folder, const Results& result) {
  if (result.provenance.id.empty()) {
    throw io::InputError(
        "--baseline: the result does not say of which experiment it is: it was made by an earlier "
        "version");
  }
  const std::filesystem::path file = baseline_file(folder, result);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    throw io::InputError(fmt::format(
        "{}: there is no baseline for such a machine and experiment; `plumbline compare "
        "--save-baseline RESULT` makes one",
        file.string()));
  }
  return read_results(file);
}

std::filesystem::path save_baseline(const std::filesystem::path& folder, const Results& result) {
  check_fit(result);
  std::filesystem::path file = baseline_file(folder, result);
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) throw io::system_failure(file.parent_path(), "cannot hold baselines", error.value());
  write_results(result, file);
  return file;
}

}  // namespace plumbline::harness
