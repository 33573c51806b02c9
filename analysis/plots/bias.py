"""Bias: the signed error of every cell, in percent of its truth, beside its tolerance.

Grey bars: the tolerance; points: mean error with its 95 % interval. Cells whose truth is 0 are
drawn in percent of their endpoint's wall time. Vacuous cells, whose tolerance would dwarf the
rest, are left out and counted.
"""

from matplotlib.axes import Axes

import palette
from results import Cell, run_count, truth_middle_ns


def wall_ns(cell: Cell, cells: list[Cell]) -> float:
    """Of the cell's endpoint: what its true times add up to."""
    return sum(truth_middle_ns(other) for other in cells if other["endpoint"] == cell["endpoint"])


def reference_ns(cell: Cell, cells: list[Cell]) -> float:
    """What 100 % means for this cell."""
    return truth_middle_ns(cell) or wall_ns(cell, cells)


def label_of(cell: Cell) -> str:
    star = "" if truth_middle_ns(cell) > 0 else " *"
    return f"{cell['endpoint']}  {palette.NAMES[cell['category']]}{star}"


def draw_bias(axes: Axes, cells: list[Cell]) -> None:
    shown = [
        cell
        for cell in cells
        if cell["verdict"] != "vacuous" and reference_ns(cell, cells) > 0
    ]
    # Rows are drawn from below: the first category and its first endpoint come last.
    shown.reverse()
    shown.sort(key=lambda cell: list(palette.NAMES).index(cell["category"]), reverse=True)
    for row, cell in enumerate(shown):
        scale = 100 / reference_ns(cell, cells)
        tolerance = cell["tolerance_ns"] * scale
        axes.barh(row, 2 * tolerance, left=-tolerance, height=0.7, color=palette.TOLERANCE_BAND)
        error = cell["error_ns"] * scale
        low, high = cell["ci95_ns"] or (cell["error_ns"], cell["error_ns"])
        axes.errorbar(
            error,
            row,
            xerr=[[error - low * scale], [high * scale - error]],
            fmt=palette.MARKERS[cell["category"]],
            color=palette.COLOURS[cell["category"]],
            markersize=4,
            capsize=2,
        )
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(shown)), [label_of(cell) for cell in shown], fontsize=7)
    left_out = sum(cell["verdict"] == "vacuous" for cell in cells)
    axes.set_xlabel(
        "error, % of the truth (*: truth 0, % of the endpoint's time); grey: tolerance;\n"
        f"bars: 95 % interval; {left_out} vacuous cells left out"
    )
    axes.set_title(f"Signed error by category, n = {run_count(cells)} runs", fontsize=10)
