#include "harness/history/figures_of_result.h"

#include <cmath>

#include "harness/runs/fitness.h"

namespace plumbline::harness {
namespace {

constexpr double kNormal95 = 1.959964;

bool counts(Verdict verdict, const std::string& reason) {
  return verdict != Verdict::kSkipped && verdict != Verdict::kNotOffered &&
         !reason.starts_with(kMachineUnfit);
}

template <typename Row>
ResultFigure begin_figure(const char* kind, const Row& row, std::string figure, std::string unit,
                          double value) {
  ResultFigure made;
  made.kind = kind;
  made.scenario = row.scenario;
  made.profiler = row.profiler;
  made.figure = std::move(figure);
  made.unit = std::move(unit);
  made.value = value;
  made.verdict = name_of(row.verdict);
  return made;
}

ResultFigure figure_of(const CellRow& row) {
  const double truth_ns = (row.truth_lo_ns + row.truth_hi_ns) / 2;
  const bool relative = row.error_pct.has_value() && truth_ns > 0;
  const double scale = relative ? 100 / truth_ns : 1e-6;
  ResultFigure figure =
      begin_figure("cell", row, row.category, relative ? "%" : "ms", row.error_ns * scale);
  figure.endpoint = row.endpoint;
  figure.lo = row.ci95_ns.lo * scale;
  figure.hi = row.ci95_ns.hi * scale;
  figure.tolerance = row.tolerance_ns * scale;
  return figure;
}

ResultFigure figure_of(const FunctionRow& row) {
  const double error = 100 * (row.attributed_share - row.truth_share);
  ResultFigure figure = begin_figure("function", row, row.function, "points", error);
  figure.endpoint = row.endpoint;
  figure.lo = error - 100 * kNormal95 * row.sampling_limit;
  figure.hi = error + 100 * kNormal95 * row.sampling_limit;
  figure.tolerance = 1;
  return figure;
}

void add(ResultFigure figure, std::optional<double> tolerance, std::vector<ResultFigure>& figures) {
  if (!std::isfinite(figure.value)) return;
  if (tolerance) figure.tolerance = tolerance;
  for (std::optional<double>* value : {&figure.lo, &figure.hi, &figure.tolerance}) {
    if (*value && !std::isfinite(**value)) value->reset();
  }
  figures.push_back(std::move(figure));
}

}  // namespace

std::vector<ResultFigure> figures_of_result(const Results& results) {
  std::vector<ResultFigure> figures;
  for (const CellRow& row : results.cells) {
    if (counts(row.verdict, row.reason)) add(figure_of(row), {}, figures);
  }
  for (const FunctionRow& row : results.functions) {
    if (counts(row.verdict, row.reason) && row.samples > 0) add(figure_of(row), {}, figures);
  }
  for (const LinkRow& row : results.links) {
    if (!counts(row.verdict, row.reason)) continue;
    add(begin_figure("links", row, "wrong", "%", row.wrong_pct), row.wrong_tolerance_pct, figures);
    add(begin_figure("links", row, "none", "%", row.none_pct), row.none_tolerance_pct, figures);
  }
  for (const ConservationRow& row : results.conservation) {
    if (!counts(row.verdict, row.reason)) continue;
    if (row.profiler == kLedger) {  // its closure: the machine's, without a limit
      add(begin_figure("conservation", row, "residual", "%", row.residual_pct), {}, figures);
      continue;
    }
    add(begin_figure("conservation", row, "residual", "%", row.residual_pct),
        row.residual_tolerance_pct, figures);
    add(begin_figure("conservation", row, "other", "%", row.other_pct), row.other_tolerance_pct,
        figures);
  }
  return figures;
}

}  // namespace plumbline::harness
