"""Draws the figures of one result: python3 plot.py RESULTS_FOLDER

Writes SCENARIO-PROFILER-FIGURE.png and .svg beside results.json and prints their names. Run by
`plumbline run` and `plumbline plot`. One line on standard error and status 2 when it cannot.
"""

import argparse
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
from parity import draw_parity
from results import Cell, ResultsError, cells_of, read_results, sections

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


def draw_all(results: dict[str, Any], folder: pathlib.Path) -> list[pathlib.Path]:
    files: list[pathlib.Path] = []
    for scenario, profiler in sections(results):
        cells = cells_of(results, (scenario, profiler))
        if not cells:
            continue
        for name, draw in FIGURES.items():
            figure = Figure(figsize=figure_size(name, cells), layout="constrained")
            draw(figure, figure.add_subplot(), cells)
            # Names are data: a dollar sign in one is no formula.
            for text in figure.findobj(matplotlib.text.Text):
                text.set_parse_math(False)
            figure.suptitle(f"{scenario} under {profiler}", fontsize=11, parse_math=False)
            plain = re.sub(r"[^A-Za-z0-9._]+", "-", f"{scenario}-{profiler}-{name}")
            files += save(figure, folder / plain)
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description="Draws the figures of one result.")
    parser.add_argument("folder", type=pathlib.Path, help="a folder with a results.json")
    folder = parser.parse_args().folder
    try:
        for file in draw_all(read_results(folder), folder):
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
