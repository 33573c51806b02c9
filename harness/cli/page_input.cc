#include "harness/cli/page_input.h"

#include <filesystem>

#include "analysis/io/mapped_file.h"
#include "analysis/recording/reader.h"
#include "analysis/web/page_data.h"
#include "analysis/web/page_document.h"
#include "harness/results/results_reader.h"

namespace plumbline::harness {
namespace {

bool is_json(const io::MappedFile& file) {
  const std::size_t first = file.text().find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && file.text()[first] == '{';
}

// A result that the harness would refuse has no page either.
Page result_page(const std::filesystem::path& path) {
  const io::MappedFile file(path);
  results_from_json(file.text(), path);
  const std::string data =
      analysis::result_page_data(std::string(file.text()), path.filename().string());
  return {analysis::page_document(data), ""};
}

}  // namespace

Page page_of(const PageInput& input) {
  const std::filesystem::path path = input.path;
  if (std::filesystem::is_directory(path)) return result_page(path / "results.json");
  if (is_json(io::MappedFile(path))) return result_page(path);
  const analysis::Recording recording = analysis::read_recording(path);
  const std::string data =
      analysis::recording_page_data(recording, path.filename().string(), input.own_prefixes);
  return {analysis::page_document(data), recording.report.intact ? "" : recording.report.damage};
}

}  // namespace plumbline::harness
