"""Draws the figures of one result: python3 plot.py RESULTS_FOLDER

Writes SCENARIO-PROFILER-FIGURE.png and .svg beside results.json, profilers.png and .svg where
several ran, what stands behind sweeps, profilers and overhead as .csv too, and prints their names.
Run by `plumbline run`, `overhead` and `plot`. One line on standard error and status 2 when it
cannot.
"""

import argparse
import pathlib
import re
import sys
import warnings
from dataclasses import dataclass
from typing import Any, Callable

try:
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
except ImportError:
    sys.exit("matplotlib is missing; install it (Debian: apt install python3-matplotlib)")

import confusion
import overhead
import span_length
from bias import draw_bias
from figure_data import write_data
from heat_map import draw_heat_map
from parity import draw_parity
from profilers import FIELDS, as_rows, compared, draw_largest, draw_ratio
from results import (CELL_HEADER, MOST_SECTIONS, ResultsError, cell_data, cells_of, grouped,
                     largest_errors, read_results, run_count, runs_of, sections)
from sweep import draw_sweep

# Equal results give equal files.
matplotlib.rcParams["svg.hashsalt"] = "plumbline"
matplotlib.rcParams["font.family"] = "DejaVu Sans"
# A name may have letters that the font has not: boxes are drawn, and nobody else need know.
warnings.filterwarnings("ignore", message="Glyph .* missing")

MOST_ROWS = 120  # of a figure: more would be larger than an image may be


@dataclass
class Drawing:
    """One figure: how to draw it, and what is behind it."""

    name: str
    size: tuple[float, float]
    draw: Callable[[Figure, Axes], None]
    header: list[str]
    data: list[list[Any]]


def cell_drawings(cells: list[dict[str, Any]]) -> list[Drawing]:
    shown = largest_errors(cells, MOST_ROWS)
    data = cell_data(shown)
    endpoints = len({cell["endpoint"] for cell in shown})

    def heat_map(figure: Figure, axes: Axes) -> None:
        figure.colorbar(draw_heat_map(axes, shown), ax=axes, label="error (percentage points)")

    drawings = [
        ("parity", (7.0, 6.0), lambda _, axes: draw_parity(axes, shown)),
        ("bias", (8.0, 2.0 + 0.19 * len(shown)), lambda _, axes: draw_bias(axes, shown)),
        ("heat-map", (10.0, 2.0 + 0.8 * endpoints), heat_map),
    ]
    return [Drawing(name, size, draw, CELL_HEADER, data) for name, size, draw in drawings]


def confusion_drawing(rows: list[dict[str, Any]], runs: int) -> Drawing:
    def draw(figure: Figure, axes: Axes) -> None:
        image = confusion.draw_confusion(axes, rows, runs)
        figure.colorbar(image, ax=axes, label="per cent of the true time")

    height = 3.0 + 0.6 * len({row["true_category"] for row in rows})
    return Drawing("confusion", (9.0, height), draw, confusion.HEADER, confusion.data(rows))


def span_length_drawing(rows: list[dict[str, Any]], runs: int) -> Drawing:
    return Drawing("span-length", (7.0, 4.5),
                   lambda _, axes: span_length.draw_span_length(axes, rows, runs),
                   span_length.HEADER, span_length.data(rows))


def save(figure: Figure, stem: pathlib.Path) -> list[pathlib.Path]:
    png, svg = stem.with_name(stem.name + ".png"), stem.with_name(stem.name + ".svg")
    figure.savefig(png, dpi=120, metadata={"Software": None})
    figure.savefig(svg, metadata={"Date": None, "Creator": None})
    return [png, svg]


def draw_figure(
    size: tuple[float, float], title: str, draw: Callable[[Figure, Axes], None]
) -> Figure:
    figure = Figure(figsize=size, layout="constrained")
    draw(figure, figure.add_subplot())
    # Names are data: a dollar sign in one is no formula.
    for text in figure.findobj(matplotlib.text.Text):
        text.set_parse_math(False)
    figure.suptitle(title, fontsize=11, parse_math=False)
    return figure


def plain(*names: str) -> str:
    """A file name: not hidden, and not longer than file systems take."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", "-".join(names)).lstrip(".")[-200:]


def write_drawing(drawing: Drawing, title: str, stem: pathlib.Path) -> list[pathlib.Path]:
    files = save(draw_figure(drawing.size, title, drawing.draw), stem)
    return files + [write_data(stem.with_name(stem.name + ".csv"), drawing.header, drawing.data)]


class Stems:
    """Files of one result, without their endings; two names that are plainly one get a number."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.taken: dict[str, int] = {}

    def of(self, *names: str) -> pathlib.Path:
        name = plain(*names)
        self.taken[name] = count = self.taken.get(name, 0) + 1
        return self.folder / (name if count == 1 else f"{name}.{count}")


def draw_sweeps(results: dict[str, Any], stems: Stems) -> list[pathlib.Path]:
    files: list[pathlib.Path] = []
    for sweep in results["sweeps"][:MOST_SECTIONS]:
        runs = [
            runs_of(grouped(results, "runs"), (f"{sweep['scenario']}@{point['value']:g}",
                                               sweep["profiler"]))
            for point in sweep["points"]
        ]
        data = [[point["value"], point["error_pct"], *(point["ci95"] or ("", ""))]
                for point in sweep["points"]]
        drawing = Drawing("sweep", (7.0, 4.5),
                          lambda _, axes, sweep=sweep, runs=runs: draw_sweep(axes, sweep, runs),
                          ["value", "error_pct", "ci95_lo", "ci95_hi"], data)
        stem = stems.of(sweep["scenario"], sweep["profiler"], "sweep")
        files += write_drawing(drawing, f"{sweep['scenario']} under {sweep['profiler']}", stem)
    return files


def drawings_of(tables: dict[str, Any], section: tuple[str, str]) -> list[Drawing]:
    drawings: list[Drawing] = []
    cells = cells_of(tables["cells"], section)
    runs = run_count(cells)  # of an unfit machine every run is shown, valid or not
    if cells:
        drawings += cell_drawings(cells)
    rows = tables["confusion"].get(section, [])[:MOST_ROWS]
    if cells and rows:
        drawings.append(confusion_drawing(rows, runs))
    functions = tables["functions"].get(section, [])[:MOST_ROWS]
    if cells and span_length.shown(functions):
        drawings.append(span_length_drawing(functions, runs))
    return drawings


def draw_profilers(results: dict[str, Any], stems: Stems) -> list[pathlib.Path]:
    """One figure for all scenarios; none where one profiler ran alone."""
    standings = compared(results)
    if not standings:
        return []
    figure = Figure(figsize=(10.0, 1.8 + 0.5 * len(standings)), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    draw_ratio(left, standings)
    draw_largest(right, standings)
    for text in figure.findobj(matplotlib.text.Text):
        text.set_parse_math(False)
    figure.suptitle("Profilers side by side: CPU shares of functions", fontsize=11)
    stem = stems.of("profilers")
    table = write_data(stem.with_name(stem.name + ".csv"), FIELDS, as_rows(results, standings))
    return [*save(figure, stem), table]


def draw_overhead(results: dict[str, Any], stems: Stems) -> list[pathlib.Path]:
    rows = overhead.cpu_rows(results)
    files: list[pathlib.Path] = []
    if not rows:
        return files
    scenario = rows[0]["scenario"]
    for name, draw in {"overhead": overhead.draw_cost,
                       "overhead-pareto": overhead.draw_pareto}.items():
        drawing = Drawing(name, (7.0, 5.0), lambda _, axes, draw=draw: draw(axes, rows),
                          overhead.HEADER, overhead.data(rows))
        files += write_drawing(drawing, f"overhead of {scenario}", stems.of(scenario, name))
    return files


def draw_all(results: dict[str, Any], stems: Stems) -> list[pathlib.Path]:
    tables = {name: grouped(results, name) for name in ("cells", "confusion", "functions")}
    files: list[pathlib.Path] = []
    for scenario, profiler in sections(results)[:MOST_SECTIONS]:
        for drawing in drawings_of(tables, (scenario, profiler)):
            stem = stems.of(scenario, profiler, drawing.name)
            files += write_drawing(drawing, f"{scenario} under {profiler}", stem)
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description="Draws the figures of one result.")
    parser.add_argument("folder", type=pathlib.Path, help="a folder with a results.json")
    folder = parser.parse_args().folder
    try:
        results = read_results(folder)
        stems = Stems(folder)
        for draw in (draw_all, draw_sweeps, draw_profilers, draw_overhead):
            for file in draw(results, stems):
                print(file)
    except ResultsError as error:
        print(error, file=sys.stderr)
        return 2
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        what = " ".join(str(error).split())[:200]
        print(f"{folder / 'results.json'}: not a result that figures can show: "
              f"{type(error).__name__}: {what}; `plumbline publish` says what is wrong in it",
              file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{folder}: figures cannot be written: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
