// Markdown as GitHub and GitLab show it: the answer, the rows against it, every scenario folded.
//
// Rows are added while they fit; a line at the end says how many did not. Names stand in <code>,
// where neither mentions nor emoji are looked for, and every character that Markdown or HTML could
// read as its own is a numeric entity.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "harness/publish/formats.h"
#include "harness/publish/gating_rows.h"
#include "harness/publish/published_names.h"
#include "harness/results/confusion_table.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness::publish {
namespace {

constexpr std::size_t kMaxShownBytes = 200;
constexpr std::size_t kMaxProseBytes = 600;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// An underscore within a word is plain, and names are full of them.
bool is_plain(std::string_view text, std::size_t i) {
  const char c = text[i];
  if (static_cast<unsigned char>(c) >= 0x80 || is_alphanumeric(c)) return true;
  if (c == '_') {
    return i > 0 && i + 1 < text.size() && is_alphanumeric(text[i - 1]) &&
           is_alphanumeric(text[i + 1]);
  }
  // "http:", ":tada:" and "www.x" would become something; ": " and a point in a figure do not.
  const char next = i + 1 < text.size() ? text[i + 1] : 'x';
  if (c == ':') return next == ' ';
  if (c == '.') return next == ' ' || next == '.' || (next >= '0' && next <= '9');
  if (c == '+' || c == '-' || c == '=' || c == ';') return i > 0;  // at the start: lists, headings
  return std::string_view(" /,%()").find(c) != std::string_view::npos;
}

std::string escaped(std::string_view printable) {
  std::string text;
  for (std::size_t i = 0; i < printable.size(); ++i) {
    if (is_plain(printable, i)) {
      text += printable[i];
    } else {
      fmt::format_to(std::back_inserter(text), "&#{};", static_cast<int>(printable[i]));
    }
  }
  return text;
}

std::string code(std::string_view name) {
  return "<code>" + escaped(printable_name(name, kMaxShownBytes)) + "</code>";
}

// Sentences of ours in which names may stand.
std::string prose(std::string_view text) { return escaped(printable_text(text, kMaxProseBytes)); }

std::string head_of(const Results& results) {
  const Summary& summary = results.summary;
  const Environment& environment = results.environment;
  return fmt::format(
      "## Plumbline: {}\n\n{} (exit code {}): {} pass, {} fail, {} inconclusive, {} vacuous, {} "
      "skipped, {} invalid runs\n\n"
      "{}, {} CPUs, {}; plumbline {}\n\n",
      headline(summary.exit_code), prose(summary.reason), summary.exit_code, summary.pass,
      summary.fail, summary.inconclusive, summary.vacuous, summary.skipped, summary.invalid_runs,
      prose(environment.cpu_model), environment.cpus, prose(environment.kernel),
      code(environment.version + (environment.git.empty() ? "" : " " + environment.git)));
}

// Text of bounded length, and how many rows did not find room in it.
class Page {
 public:
  explicit Page(std::size_t max_bytes) : max_bytes_(max_bytes - kEndBytes) {}

  void add(const std::string& text) { text_ += text; }  // short, and must be there
  // False when it does not fit below `share` of the page, with `close` still to follow.
  bool fits(std::size_t bytes, std::size_t of_percent = 100) const {
    return text_.size() + bytes <= max_bytes_ / 100 * of_percent;
  }
  void leave_out(std::size_t rows) { left_out_ += rows; }

  std::string finish() {
    if (left_out_ > 0) {
      text_ += fmt::format(
          "\n**{} rows were left out, as the page is full; results.json has "
          "all.**\n",
          left_out_);
    }
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kEndBytes = 200;  // room for the last line

  std::size_t max_bytes_;
  std::string text_;
  std::size_t left_out_ = 0;
};

// Rows of a table; nothing at all while there is no row that fits.
class Table {
 public:
  Table(Page& page, std::string head, std::size_t of_percent)
      : page_(page), head_(std::move(head)), of_percent_(of_percent) {}

  void add(const std::string& row) {
    if (full_ || !page_.fits(head_.size() + row.size() + 1, of_percent_)) {
      full_ = true;
      page_.leave_out(1);
      return;
    }
    page_.add(head_ + row);
    head_.clear();
    any_ = true;
  }
  void end() {
    if (any_) page_.add("\n");
  }

 private:
  Page& page_;
  std::string head_;
  std::size_t of_percent_;
  bool full_ = false, any_ = false;
};

// What decided against it takes at most half of the page.
void add_rows_against(const std::vector<Section>& sections, Page& page) {
  Table table(
      page,
      "### Failed and inconclusive\n\n| scenario | profiler | row | verdict | why | figures "
      "|\n|---|---|---|---|---|---|\n",
      50);
  for (const Verdict verdict : {Verdict::kFail, Verdict::kInconclusive}) {
    for (const Section& section : sections) {
      section.for_each_row([&](const GatingRow& row) {
        if (row.verdict != verdict || !row.gates) return;
        table.add(fmt::format("| {} | {} | {} | **{}** | {} | {} |\n", code(section.scenario),
                              code(section.profiler), code(row.name), name_of(row.verdict),
                              row.why == row.figures ? "" : prose(row.why), prose(row.figures)));
      });
    }
  }
  table.end();
}

std::string counts_text(const Section& section) {
  std::array<std::size_t, 6> counts{};
  section.for_each_row(
      [&](const GatingRow& row) { ++counts[static_cast<std::size_t>(row.verdict)]; });
  std::string text;
  for (std::size_t verdict = 0; verdict < counts.size(); ++verdict) {
    if (counts[verdict] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts[verdict],
                        name_of(static_cast<Verdict>(verdict)));
  }
  return text;
}

std::string runs_text(const Section& section) {
  std::array<std::size_t, 3> machine{};
  std::map<std::string_view, std::int64_t> losses;
  for (const RunRow* run : section.runs) {
    ++machine[static_cast<std::size_t>(run->machine)];
    for (const auto& [cause, count] : run->losses) losses[cause] += count;
  }
  std::string lost;
  for (const auto& [cause, count] : losses) {
    if (count != 0) lost += fmt::format("{}{} {}", lost.empty() ? "" : ", ", cause, count);
  }
  return fmt::format("machine: {} runs ok, {} degraded, {} invalid; losses by cause: {}\n\n",
                     machine[0], machine[1], machine[2], lost.empty() ? "none" : prose(lost));
}

std::string line_of(const GatingRow& row) {
  return fmt::format("{}: {}: **{}**{}\n\n", code(row.name), prose(row.figures),
                     name_of(row.verdict),
                     row.why.empty() || row.why == row.figures ? "" : ", " + prose(row.why));
}

std::string cell_line(const CellRow& row) {
  return fmt::format(
      "| {} | {} | {} | {} | {} | {} | {} | {:.3f} | {}{} |\n", code(row.endpoint),
      code(row.category), interval_ms(row.truth_lo_ns, row.truth_hi_ns),
      row.verdict == Verdict::kNotOffered ? "-" : fmt::format("{:.2f}", row.attributed_ns / 1e6),
      signed_ms(row.error_ns), confidence_ms(row.ci95_ns),
      row.error_pct ? fmt::format("{:+.2f}", *row.error_pct) : "-", row.tolerance_ns / 1e6,
      std::string(name_of(row.verdict)) + (row.gate.gates ? "" : " (informs)"),
      row.reason.empty() ? "" : ": " + prose(row.reason));
}

std::string share(double value) {
  return std::isfinite(value) ? fmt::format("{:.2f}", 100 * value) : "-";
}

// Folded when long: shares inform, and a page is read from above.
void add_functions(const Section& section, Page& page) {
  constexpr std::size_t kLong = 12, kMostShown = 2000;
  const std::size_t count = section.functions.size();
  if (count == 0) return;
  const bool folded = count > kLong;
  std::string text =
      folded ? fmt::format("<details><summary>CPU shares of {} functions</summary>\n\n", count)
             : "CPU shares by function:\n\n";
  text +=
      "| endpoint | function | true % | attributed % | sampling limit % | samples | verdict |\n"
      "|---|---|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(count, kMostShown); ++i) {
    const FunctionRow& row = *section.functions[i];
    text += fmt::format("| {} | {} | {} | {} | {} | {:.0f} | {}{} |\n", code(row.endpoint),
                        code(row.function), share(row.truth_share), share(row.attributed_share),
                        share(row.sampling_limit), row.samples,
                        row.gate.gates ? name_of(row.verdict) : "informs",
                        row.reason.empty() ? "" : ": " + prose(row.reason));
  }
  text += folded ? "\n</details>\n\n" : "\n";
  if (!page.fits(text.size(), 99)) return page.leave_out(count);
  page.add(text);
  if (count > kMostShown) page.leave_out(count - kMostShown);
}

void add_confusion(const Results& results, const Section& section, Page& page) {
  const ConfusionTable table = confusion_table(results, section.scenario, section.profiler);
  if (table.truth.empty()) return;
  std::string head = "| true |", rule = "|---|", rows;
  for (const std::string& name : table.reported) {
    head += fmt::format(" {} |", code(name));
    rule += "---|";
  }
  const auto percent = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.2f}", *value) : "-";
  };
  for (std::size_t row = 0; row < table.truth.size(); ++row) {
    rows += fmt::format("| {} |", code(table.truth[row]));
    for (const double ns : table.ns[row]) {
      rows += ns > 0 ? fmt::format(" {:.2f} |", ns / 1e6) : " |";
    }
    rows += fmt::format(" {} | {} |\n", percent(table.recall_pct(table.truth[row])),
                        percent(table.precision_pct(table.truth[row])));
  }
  const std::string text = "True by reported category, ms in injected segments over all runs:\n\n" +
                           head + " recall % | precision % |\n" + rule + "---|---|\n" + rows + "\n";
  if (!page.fits(text.size(), 99)) return page.leave_out(table.truth.size());
  page.add(text);
}

// Which gate judged, and where it is wider: above all that it judged, on a quarter of the page.
void add_gate(const GateUse& gate, Page& page) {
  page.add(fmt::format("Gate: {}, {} entries\n\n", code(gate.file), gate.entries.size()));
  for (std::size_t i = 0; i < gate.wider.size(); ++i) {
    const std::string line =
        fmt::format("- **wider than the default**: {}\n", prose(gate.wider[i]));
    if (!page.fits(line.size(), 25)) {
      page.leave_out(gate.wider.size() - i);
      break;
    }
    page.add(line);
  }
  if (!gate.wider.empty()) page.add("\n");
}

void add_section(const Results& results, const Section& section, Page& page) {
  const std::string close = "</details>\n\n";
  std::string text =
      fmt::format("<details><summary>{} under {}: {}</summary>\n\n", code(section.scenario),
                  code(section.profiler), counts_text(section));
  if (!section.runs.empty()) text += runs_text(section);
  for (const LinkRow* row : section.links) text += line_of(gating_row(*row));
  for (const ConservationRow* row : section.conservation) text += line_of(gating_row(*row));
  for (const OracleRow* row : section.oracle) text += line_of(gating_row(*row));
  for (const AssertionRow* row : section.assertions) text += line_of(gating_row(*row));
  if (!page.fits(text.size() + close.size())) return page.leave_out(section.rows());
  page.add(text);
  Table table(page,
              "| endpoint | category | true ms | attributed ms | error ms | 95 % interval ms | "
              "error % | tolerance ms | verdict |\n|---|---|---|---|---|---|---|---|---|\n",
              99);
  for (const CellRow* row : section.cells) table.add(cell_line(*row));
  table.end();
  add_confusion(results, section, page);
  add_functions(section, page);
  page.add(close);
}

std::string sweep_text(const SweepRow& sweep) {
  std::string text = fmt::format(
      "<details><summary>sweep {} under {}: {}</summary>\n\n| {} | error % | 95 % interval % |\n"
      "|---|---|---|\n",
      code(sweep.scenario), code(sweep.profiler),
      sweep.breaking_point ? fmt::format("breaks at {:g}", *sweep.breaking_point)
                           : "no value at which it surely breaks",
      code(sweep.parameter));
  for (const SweepPointRow& point : sweep.points) {
    text += fmt::format(
        "| {:g} | {} | {} |\n", point.value,
        point.error_pct ? fmt::format("{:+.2f}", *point.error_pct) : "-",
        point.ci95 ? fmt::format("[{:+.2f}, {:+.2f}]", point.ci95->lo, point.ci95->hi) : "-");
  }
  return text + "\n</details>\n\n";
}

void add_sweep(const SweepRow& sweep, Page& page) {
  constexpr std::size_t kMaxPoints = 1000;
  const std::string text = sweep.points.size() > kMaxPoints ? "" : sweep_text(sweep);
  if (text.empty() || !page.fits(text.size())) return page.leave_out(sweep.points.size());
  page.add(text);
}

}  // namespace

std::string markdown_of(const Results& results, std::size_t max_bytes) {
  Page page(max_bytes);
  page.add(head_of(results));
  if (results.gate) add_gate(*results.gate, page);
  const std::vector<Section> sections = sections_of(results);
  add_rows_against(sections, page);
  for (const Section& section : sections) add_section(results, section, page);
  for (const SweepRow& sweep : results.sweeps) add_sweep(sweep, page);
  return page.finish();
}

void write_markdown(const Results& results, const TextSink& sink) {
  sink(markdown_of(results, kStepSummaryBytes));
}

}  // namespace plumbline::harness::publish
