"""Parity: what was attributed against what was true, on logarithmic axes.

A true profiler is on the diagonal. Horizontal bars: the truth interval; vertical bars: the 95 %
interval of the mean error. Cells whose truth is 0 have no place here; the bias figure shows them.
"""

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

import palette
from results import Cell, run_count, truth_middle_ns

NS_PER_MS = 1e6


def has_place(cell: Cell) -> bool:
    return truth_middle_ns(cell) > 0 and cell["attributed_ns"] > 0


def vertical_bars_ms(cell: Cell) -> list[list[float]]:
    """Below and above the point: how far the mean error may be from what was seen."""
    if cell["ci95_ns"] is None:
        return [[0.0], [0.0]]
    low, high = cell["ci95_ns"]
    error = cell["error_ns"]
    floor = 0.999 * cell["attributed_ns"]  # a bar to 0 has no end on a logarithmic axis
    return [[min(error - low, floor) / NS_PER_MS], [(high - error) / NS_PER_MS]]


def plain_decades(axis: Axis) -> None:
    """1, 2, 5, 10, ... written out: errors of interest are far below a decade."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def draw_parity(axes: Axes, cells: list[Cell]) -> None:
    shown = [cell for cell in cells if has_place(cell)]
    for category in palette.CATEGORIES:
        group = [cell for cell in shown if cell["category"] == category]
        for index, cell in enumerate(group):
            middle = truth_middle_ns(cell) / NS_PER_MS
            half = (cell["truth_hi_ns"] - cell["truth_lo_ns"]) / 2 / NS_PER_MS
            axes.errorbar(
                middle,
                cell["attributed_ns"] / NS_PER_MS,
                xerr=half,
                yerr=vertical_bars_ms(cell),
                fmt=palette.MARKERS[category],
                color=palette.COLOURS[category],
                markersize=5,
                linewidth=1,
                label=palette.NAMES[category] if index == 0 else None,
            )
    axes.set_xscale("log")
    axes.set_yscale("log")
    if shown:
        values = [truth_middle_ns(cell) / NS_PER_MS for cell in shown]
        values += [cell["attributed_ns"] / NS_PER_MS for cell in shown]
        limits = [min(values) / 1.5, max(values) * 1.5]
        axes.plot(limits, limits, color="black", linewidth=0.8, zorder=0, label="attributed = true")
        axes.set_xlim(limits)
        axes.set_ylim(limits)
        axes.legend(fontsize=7)
    plain_decades(axes.xaxis)
    plain_decades(axes.yaxis)
    axes.grid(color="#EEEEEE")
    axes.set_axisbelow(True)
    axes.set_xlabel("true ms per run (bar: what the truth leaves open)")
    axes.set_ylabel("attributed ms per run (bar: 95 % interval)")
    axes.set_title(f"Attributed against true time, n = {run_count(cells)} runs", fontsize=10)
