"""Draws the figures of one result: python3 plot.py RESULTS_FOLDER

Writes SCENARIO-PROFILER-FIGURE.png and .svg beside results.json, profilers.png and .svg where
several ran, what stands behind sweeps, profilers and overhead as .csv too, and prints their names.
Run by `plumbline run`, `overhead` and `plot`. One line on standard error and status 2 when it
cannot.
"""

import argparse
import csv
import pathlib
import re
import sys
from typing import Any, Callable

try:
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
except ImportError:
    sys.exit("matplotlib is missing; install it (Debian: apt install python3-matplotlib)")

from bias import draw_bias
from heat_map import draw_heat_map
from overhead import cpu_rows, draw_cost, draw_pareto, write_csv
from parity import draw_parity
from profilers import FIELDS, as_rows, compared, draw_largest, draw_ratio
from results import Cell, ResultsError, cells_of, read_results, sections
from sweep import draw_sweep

# Equal results give equal files.
matplotlib.rcParams["svg.hashsalt"] = "plumbline"
matplotlib.rcParams["font.family"] = "DejaVu Sans"


def add_heat_map(figure: Figure, axes: Axes, cells: list[Cell]) -> None:
    figure.colorbar(draw_heat_map(axes, cells), ax=axes, label="error (percentage points)")


FIGURES: dict[str, Callable[[Figure, Axes, list[Cell]], None]] = {
    "parity": lambda figure, axes, cells: draw_parity(axes, cells),
    "bias": lambda figure, axes, cells: draw_bias(axes, cells),
    "heat-map": add_heat_map,
}


def figure_size(name: str, cells: list[Cell]) -> tuple[float, float]:
    endpoints = len({cell["endpoint"] for cell in cells})
    sizes = {
        "parity": (7.0, 6.0),
        "bias": (8.0, 2.0 + 0.19 * len(cells)),
        "heat-map": (10.0, 2.0 + 0.8 * endpoints),
    }
    return sizes[name]


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
    """A file name."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", "-".join(names))


def draw_sweeps(results: dict[str, Any], folder: pathlib.Path) -> list[pathlib.Path]:
    files: list[pathlib.Path] = []
    for sweep in results["sweeps"]:
        title = f"{sweep['scenario']} under {sweep['profiler']}"
        figure = draw_figure(
            (7.0, 4.5), title, lambda _, axes, sweep=sweep: draw_sweep(axes, sweep)
        )
        stem = folder / plain(sweep["scenario"], sweep["profiler"], "sweep")
        files += save(figure, stem)
        files.append(write_points(sweep, stem.with_name(stem.name + ".csv")))
    return files


def write_points(sweep: dict[str, Any], file: pathlib.Path) -> pathlib.Path:
    with file.open("w", newline="", encoding="utf-8") as output:
        writer = csv.writer(output)
        writer.writerow(["value", "error_pct", "ci95_lo", "ci95_hi"])
        for point in sweep["points"]:
            writer.writerow([point["value"], point["error_pct"], *(point["ci95"] or ("", ""))])
    return file


def draw_profilers(results: dict[str, Any], folder: pathlib.Path) -> list[pathlib.Path]:
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
    stem = folder / "profilers"
    files = save(figure, stem)
    table = stem.with_name(stem.name + ".csv")
    with table.open("w", newline="", encoding="utf-8") as output:
        writer = csv.writer(output)
        writer.writerow(FIELDS)
        writer.writerows(as_rows(results, standings))
    return [*files, table]


def draw_overhead(results: dict[str, Any], folder: pathlib.Path) -> list[pathlib.Path]:
    rows = cpu_rows(results)
    if not rows:
        return []
    scenario = rows[0]["scenario"]
    files: list[pathlib.Path] = []
    for name, draw in {"overhead": draw_cost, "overhead-pareto": draw_pareto}.items():
        title = f"overhead of {scenario}"
        figure = draw_figure((7.0, 5.0), title, lambda _, axes, draw=draw: draw(axes, rows))
        files += save(figure, folder / plain(scenario, name))
    files.append(write_csv(rows, folder / (plain(scenario, "overhead") + ".csv")))
    return files


def draw_all(results: dict[str, Any], folder: pathlib.Path) -> list[pathlib.Path]:
    files: list[pathlib.Path] = []
    for scenario, profiler in sections(results):
        cells = cells_of(results, (scenario, profiler))
        if not cells:
            continue
        for name, draw in FIGURES.items():
            figure = draw_figure(
                figure_size(name, cells),
                f"{scenario} under {profiler}",
                lambda figure, axes, draw=draw, cells=cells: draw(figure, axes, cells),
            )
            files += save(figure, folder / plain(scenario, profiler, name))
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description="Draws the figures of one result.")
    parser.add_argument("folder", type=pathlib.Path, help="a folder with a results.json")
    folder = parser.parse_args().folder
    try:
        results = read_results(folder)
        for draw in (draw_all, draw_sweeps, draw_profilers, draw_overhead):
            for file in draw(results, folder):
                print(file)
    except ResultsError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{folder}: figures cannot be written: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
