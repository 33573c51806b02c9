#include "harness/cli/endpoints_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/attribution/endpoints.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "analysis/recording/reader.h"
#include "harness/cli/time_cells.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

using analysis::EndpointRow;
using analysis::TimeParts;
using format::Category;
using io::Align;
using io::Emphasis;
using Json = nlohmann::ordered_json;

enum class SortKey { kWall, kCpu, kP99, kCount };

// The recording and its table, rows in the order asked for.
struct Endpoints {
  analysis::Recording recording;
  analysis::Partition partition;
  analysis::EndpointTable table;
  EndpointRow total;  // of the rows and `no_span`
  analysis::TotalsCheck check;

  const std::string& name_of(const EndpointRow& row) const { return recording.names[row.name]; }
};

SortKey sort_key(std::string_view name) {
  if (name == "cpu") return SortKey::kCpu;
  if (name == "p99") return SortKey::kP99;
  return name == "count" ? SortKey::kCount : SortKey::kWall;
}

std::int64_t key_of(const EndpointRow& row, SortKey key) {
  switch (key) {
    case SortKey::kWall:
      return row.time_and_uncovered().wall_ns();
    case SortKey::kCpu:
      return row.time.category[analysis::index_of(Category::kCpu)];
    case SortKey::kP99:
      return row.p99_ns;
    case SortKey::kCount:
      return static_cast<std::int64_t>(row.requests);
  }
  return 0;
}

EndpointRow total_of(const analysis::EndpointTable& table) {
  EndpointRow total = table.no_span;
  for (const EndpointRow& row : table.rows) {
    total.requests += row.requests;
    total.spans += row.spans;
    total.time += row.time;
    total.uncovered_ns += row.uncovered_ns;
  }
  return total;
}

Endpoints read_endpoints(const std::string& file, SortKey key) {
  Endpoints endpoints{analysis::read_recording(file), {}, {}, {}, {}};
  endpoints.partition = analysis::partition_time(endpoints.recording);
  endpoints.table = analysis::endpoints_of(endpoints.recording, endpoints.partition);
  endpoints.total = total_of(endpoints.table);
  endpoints.check = analysis::check_totals(endpoints.partition, endpoints.table);
  std::stable_sort(endpoints.table.rows.begin(), endpoints.table.rows.end(),
                   [key](const EndpointRow& a, const EndpointRow& b) {
                     return key_of(a, key) > key_of(b, key);
                   });
  return endpoints;
}

// ---- as text ----

// Time on threads over elapsed time: how many threads worked on a request at once.
std::string parallelism(const EndpointRow& row) {
  if (row.elapsed_ns == 0) return "-";
  return fmt::format("{:.2f}",
                     static_cast<double>(row.time.wall_ns()) / static_cast<double>(row.elapsed_ns));
}

std::vector<io::Column> columns() {
  std::vector<io::Column> columns = {{"endpoint"},
                                     {"requests", Align::kRight},
                                     {"p50 ms", Align::kRight},
                                     {"p99 ms", Align::kRight},
                                     {"parallel", Align::kRight},
                                     {"wall ms", Align::kRight}};
  add_time_columns(columns);
  return columns;
}

void add_endpoint(io::TextTable& table, const std::string& name, const EndpointRow& row,
                  Emphasis emphasis) {
  const TimeParts time = row.time_and_uncovered();
  const bool timed = row.requests > 0 && row.p99_ns > 0;
  add_time_rows(
      table,
      {name, std::to_string(row.requests), timed ? milliseconds(row.p50_ns) : "-",
       timed ? milliseconds(row.p99_ns) : "-", parallelism(row), milliseconds(time.wall_ns())},
      time, emphasis);
}

std::string table_text(const Endpoints& endpoints, bool coloured) {
  io::TextTable table(columns());
  for (const EndpointRow& row : endpoints.table.rows) {
    add_endpoint(table, endpoints.name_of(row), row, Emphasis::kNone);
  }
  add_endpoint(table, "(no span)", endpoints.table.no_span, Emphasis::kNone);
  table.add_rule();
  add_endpoint(table, "total", endpoints.total, Emphasis::kBold);
  return table.text(coloured);
}

std::string check_text(const Endpoints& endpoints) {
  const std::int64_t tables_ns = endpoints.check.tables.wall_ns();
  const std::int64_t threads_ns = endpoints.check.threads.wall_ns();
  if (!endpoints.check.agree()) {
    return fmt::format("SUMS DIFFER: endpoints and no span {} ns, threads {} ns\n", tables_ns,
                       threads_ns);
  }
  return fmt::format(
      "sums agree in every category: endpoints and no span {} ns = all threads {} ns; beside it "
      "{} ns on no thread\n",
      tables_ns, threads_ns, endpoints.total.uncovered_ns);
}

std::string as_text(const Endpoints& endpoints) {
  return table_text(endpoints, io::colour_wanted(STDOUT_FILENO)) +
         reasons_text(endpoints.total.time_and_uncovered()) + check_text(endpoints) +
         damage_text(endpoints.recording.report);
}

// ---- as JSON ----

// `time` holds `uncovered_ns`, as other: not_on_any_thread.
Json row_json(const std::string& name, const EndpointRow& row) {
  return {{"endpoint", name},
          {"requests", row.requests},
          {"spans", row.spans},
          {"p50_ns", row.p50_ns},
          {"p99_ns", row.p99_ns},
          {"elapsed_ns", row.elapsed_ns},
          {"uncovered_ns", row.uncovered_ns},
          {"time", time_json(row.time_and_uncovered())},
          {"blocked_waits", by_name(row.blocked_waits, format::kCategoryIds)},
          {"calls_without_blocking", by_name(row.calls_without_blocking, format::kCategoryIds)},
          {"cpu_in_calls_ns", by_name(row.cpu_in_calls_ns, format::kCategoryIds)}};
}

std::string as_json(const Endpoints& endpoints) {
  Json rows = Json::array();
  for (const EndpointRow& row : endpoints.table.rows) {
    rows.push_back(row_json(endpoints.name_of(row), row));
  }
  const analysis::ReadReport& report = endpoints.recording.report;
  const Json document = {{"schema", "plumbline.endpoints/1"},
                         {"endpoints", std::move(rows)},
                         {"no_span", time_json(endpoints.table.no_span.time)},
                         {"total", time_json(endpoints.total.time_and_uncovered())},
                         {"sums_agree", endpoints.check.agree()},
                         {"threads", time_json(endpoints.check.threads)},
                         {"intact", report.intact},
                         {"damage", report.intact ? Json(nullptr) : Json(report.damage)}};
  return text_of(document);
}

}  // namespace

void add_endpoints_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("endpoints", "where the time of each endpoint went");
  struct Arguments {
    std::string file;
    bool json = false;
    std::string sort = "wall";
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("file", arguments->file, "a recording (.plumb)")->required();
  command->add_flag("--json", arguments->json, "for programs");
  command->add_option("--sort", arguments->sort, "wall, cpu, p99 or count; largest first")
      ->check(CLI::IsMember({"wall", "cpu", "p99", "count"}))
      ->option_text("KEY (wall)");
  command->footer("Example:\n  plumbline endpoints server.plumb --sort p99");
  command->callback([arguments, &outcome] {
    const Endpoints endpoints = read_endpoints(arguments->file, sort_key(arguments->sort));
    io::write_standard_output(arguments->json ? as_json(endpoints) : as_text(endpoints));
    if (!endpoints.recording.report.intact) outcome.exit_code = kExitUnusable;
  });
}

}  // namespace plumbline::harness
