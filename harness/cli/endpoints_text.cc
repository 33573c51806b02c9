// The tables that people read. Everything from the recording passes through io/terminal_text.
#include <fmt/format.h>

#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/cli/endpoints_view.h"
#include "harness/cli/time_cells.h"

namespace plumbline::harness {
namespace {

using analysis::EndpointRow;
using analysis::TimeParts;
using io::Align;
using io::Emphasis;

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
                                     {"p95 ms", Align::kRight},
                                     {"p99 ms", Align::kRight},
                                     {"max ms", Align::kRight},
                                     {"parallel", Align::kRight},
                                     {"wall ms", Align::kRight}};
  add_time_columns(columns);
  return columns;
}

// Rounded, each by itself: for reading, not for adding up.
TimeParts per_call(TimeParts time, std::uint64_t requests) {
  const auto divided = [&](std::int64_t ns) {
    return static_cast<std::int64_t>(static_cast<double>(ns) / static_cast<double>(requests) +
                                     (ns < 0 ? -0.5 : 0.5));
  };
  for (std::int64_t& ns : time.category) ns = divided(ns);
  time.residual_ns = divided(time.residual_ns);
  return time;
}

void add_endpoint(io::TextTable& table, const std::string& name, const EndpointRow& row,
                  const TimeParts& time, Emphasis emphasis) {
  const auto latency = [&](std::size_t percent) {
    return row.percentile_ns(100) > 0 ? milliseconds(row.percentile_ns(percent)) : "-";
  };
  add_time_rows(table,
                {name, std::to_string(row.requests), latency(50), latency(95), latency(99),
                 latency(100), parallelism(row), milliseconds(time.wall_ns())},
                time, emphasis);
}

std::string totals_text(const EndpointsView& view, bool coloured) {
  io::TextTable table(columns());
  for (const NamedEndpoint& endpoint : view.endpoints) {
    add_endpoint(table, endpoint.name, endpoint.sum, endpoint.sum.time_and_uncovered(),
                 Emphasis::kNone);
  }
  add_endpoint(table, "(no span)", view.no_span, view.no_span.time, Emphasis::kNone);
  table.add_rule();
  EndpointRow total = view.total;
  total.latencies_ns.clear();  // of unlike requests they say nothing
  total.elapsed_ns = 0;
  add_endpoint(table, "total", total, total.time_and_uncovered(), Emphasis::kBold);
  return table.text(coloured);
}

std::string per_call_text(const EndpointsView& view, bool coloured) {
  io::TextTable table(columns());
  std::string without;
  for (const NamedEndpoint& endpoint : view.endpoints) {
    if (endpoint.sum.requests == 0) {
      without += fmt::format("{} has no request that ended: its time is of no call\n",
                             io::terminal_safe(endpoint.name));
      continue;
    }
    add_endpoint(table, endpoint.name, endpoint.sum,
                 per_call(endpoint.sum.time_and_uncovered(), endpoint.sum.requests),
                 Emphasis::kNone);
  }
  return "per call:\n" + table.text(coloured) + without;
}

// Of contexts that were handed from thread to thread.
std::string queue_text(const EndpointsView& view, bool coloured) {
  if (view.total.hand_overs == 0) return "";
  io::TextTable table({{"handed over"},
                       {"times", Align::kRight},
                       {"queued ms", Align::kRight},
                       {"mean ms", Align::kRight},
                       {"longest ms", Align::kRight}});
  for (const NamedEndpoint& endpoint : view.endpoints) {
    const EndpointRow& row = endpoint.sum;
    if (row.hand_overs == 0) continue;
    table.add_row({endpoint.name, std::to_string(row.hand_overs), milliseconds(row.queued_ns),
                   milliseconds(row.queued_ns / static_cast<std::int64_t>(row.hand_overs)),
                   milliseconds(row.longest_queue_ns)});
  }
  return "\n" + table.text(coloured);
}

// One line a recording: how each endpoint's figures went on.
std::string series_text(const EndpointsView& view, bool coloured) {
  if (view.files.size() == 1) return "";
  io::TextTable table({{"endpoint"},
                       {"recording"},
                       {"requests", Align::kRight},
                       {"p50 ms", Align::kRight},
                       {"p95 ms", Align::kRight},
                       {"wall ms a call", Align::kRight},
                       {"cpu ms a call", Align::kRight}});
  for (const NamedEndpoint& endpoint : view.endpoints) {
    for (std::size_t i = 0; i < view.files.size(); ++i) {
      const EndpointRow& row = endpoint.by_recording[i];
      const bool any = row.requests > 0;
      const TimeParts time = any ? per_call(row.time_and_uncovered(), row.requests) : TimeParts{};
      table.add_row(
          {i == 0 ? endpoint.name : "", view.files[i].program.file, std::to_string(row.requests),
           any ? milliseconds(row.percentile_ns(50)) : "-",
           any ? milliseconds(row.percentile_ns(95)) : "-",
           any ? milliseconds(time.wall_ns()) : "-",
           any ? milliseconds(time.category[analysis::index_of(format::Category::kCpu)]) : "-"});
    }
  }
  return "\n" + table.text(coloured);
}

std::string change_text(const FigureChange& figure) {
  const double change_ns = figure.mean_ns - figure.baseline_mean_ns;
  return fmt::format("{:+.3f} ({:+.3f} to {:+.3f})", change_ns / 1e6, figure.change_95_ns.lo / 1e6,
                     figure.change_95_ns.hi / 1e6);
}

// Figures that changed, each a row; of other endpoints one row without.
void add_change(io::TextTable& table, const EndpointChange& change) {
  const std::string verdict(name_of(change.verdict));
  const std::string requests = fmt::format("{} -> {}", change.baseline_requests, change.requests);
  const std::string share =
      fmt::format("{:.1f} -> {:.1f} %", change.baseline_wall_percent, change.wall_percent);
  bool first = true;
  const auto add = [&](std::vector<std::string> cells, Emphasis emphasis) {
    std::vector<std::string> row = {"", "", "", ""};
    if (first) row = {verdict, change.name, requests, share};
    first = false;
    row.insert(row.end(), cells.begin(), cells.end());
    table.add_row(std::move(row), emphasis);
  };
  for (const FigureChange& figure : change.figures) {
    if (figure.verdict == FigureVerdict::kNoChangeShown) continue;
    const bool worse = figure.verdict == FigureVerdict::kWorse;
    add({std::string(figure.figure),
         fmt::format("{:.3f} -> {:.3f}", figure.baseline_mean_ns / 1e6, figure.mean_ns / 1e6),
         change_text(figure),
         fmt::format("{} ({:.2f})", name_of(figure.effect), figure.superiority),
         fmt::format("{:.2g}", figure.p_adjusted)},
        worse ? Emphasis::kBad : Emphasis::kGood);
  }
  if (first) add({}, change.verdict == EndpointVerdict::kNew ? Emphasis::kBold : Emphasis::kFaint);
}

std::string baseline_text(const EndpointsView& view, bool coloured) {
  if (!view.baseline) return "";
  io::TextTable table({{"since the baseline"},
                       {"endpoint"},
                       {"requests", Align::kRight},
                       {"of all wall", Align::kRight},
                       {"figure"},
                       {"mean ms", Align::kRight},
                       {"change ms (95 %)", Align::kRight},
                       {"effect (superiority)"},
                       {"p adjusted", Align::kRight}});
  for (const EndpointChange& change : view.baseline->changes) add_change(table, change);
  return "\n" + table.text(coloured) +
         fmt::format(
             "by single requests (Mann-Whitney), changes of more than {:g} % of a request; false "
             "discovery rate {:g}\n",
             view.baseline->options.least_change_percent,
             view.baseline->options.false_discovery_rate);
}

std::string check_text(const EndpointsView& view) {
  const std::int64_t tables_ns = view.check.tables.wall_ns();
  const std::int64_t threads_ns = view.check.threads.wall_ns();
  if (!view.check.agree()) {
    return fmt::format("SUMS DIFFER: endpoints and no span {} ns, threads {} ns\n", tables_ns,
                       threads_ns);
  }
  return fmt::format(
      "sums agree in every category: endpoints and no span {} ns = all threads {} ns; beside it "
      "{} ns on no thread\n",
      tables_ns, threads_ns, view.total.uncovered_ns);
}

}  // namespace

std::string endpoints_text(const EndpointsView& view, bool coloured) {
  std::string text =
      view.sort.per_call ? per_call_text(view, coloured) : totals_text(view, coloured);
  text += reasons_text(view.total.time_and_uncovered()) + check_text(view);
  text += queue_text(view, coloured) + series_text(view, coloured) + baseline_text(view, coloured);
  for (const std::string& note : view.notes) text += io::terminal_safe(note) + "\n";
  std::vector<RecordingFile> files = view.files;
  if (view.baseline) {
    files.insert(files.end(), view.baseline->files.begin(), view.baseline->files.end());
  }
  for (const RecordingFile& file : files) {
    if (files.size() > 1 && !file.report.intact) {
      text += io::terminal_safe(file.program.file) + ": ";
    }
    text += damage_text(file.report);
  }
  return text;
}

}  // namespace plumbline::harness
