"""Overhead: what each profiler costs at each rate, and what it gives for it.

One figure: change of fixed CPU work over the rate, with its 95 % interval. The other, Pareto's:
that change against the error that a perfect sampler of the rate asked for has: half width (95 %) of
a share of one half, over ten seconds of CPU. Nearer to the lower left corner is better on both
counts. A profiler that samples less often than asked, or with a bias, is worse than it stands here;
`plumbline run` says by how much. Called by plot.py.
"""

import math
from typing import Any

from matplotlib.axes import Axes

import palette

Row = dict[str, Any]

SECONDS = 10  # of CPU that the error is told for
COLOURS = [palette.COLOURS[name] for name in ("cpu", "lock", "file", "socket", "runqueue", "sync")]
MARKERS = [palette.MARKERS[name] for name in ("cpu", "lock", "file", "socket", "runqueue", "sync")]

HEADER = ["profiler", "rate_hz", "change_pct", "ci95_lo_pct", "ci95_hi_pct", "error_points",
          "rounds"]


def cpu_rows(results: dict[str, Any]) -> list[Row]:
    """Of fixed CPU work, of each profiler and rate."""
    return [
        row
        for row in results["overhead"]
        if row.get("measure", "cpu") == "cpu" and row["ratio"] is not None
    ]


def change_pct(ratio: float) -> float:
    return 100 * (ratio - 1)


def bounds_pct(row: Row) -> tuple[float, float]:
    low, high = row["ci95"] or (row["ratio"], row["ratio"])
    return change_pct(low), change_pct(high)


def error_points(rate_hz: float) -> float:
    """Half width (95 %) of a share of one half, as a perfect sampler would have it."""
    return 100 * 1.96 * math.sqrt(0.25 / (rate_hz * SECONDS))


def bars(row: Row) -> list[list[float]]:
    low, high = bounds_pct(row)
    middle = change_pct(row["ratio"])
    return [[max(0.0, middle - low)], [max(0.0, high - middle)]]


def profilers(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(row["profiler"] for row in rows))


def rounds_of(rows: list[Row]) -> int:
    return max((len(row.get("per_round", [])) for row in rows), default=0)


def draw_points(axes: Axes, rows: list[Row], place: dict[int, float]) -> None:
    for number, profiler in enumerate(profilers(rows)):
        of_profiler = [row for row in rows if row["profiler"] == profiler and id(row) in place]
        for index, row in enumerate(of_profiler):
            axes.errorbar(
                place[id(row)],
                change_pct(row["ratio"]),
                yerr=bars(row),
                fmt=MARKERS[number % len(MARKERS)],
                color=COLOURS[number % len(COLOURS)],
                markersize=5,
                capsize=3,
                label=profiler if index == 0 else None,
            )
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_ylabel("change of fixed CPU work, % (bar: 95 % interval)")
    axes.legend(fontsize=7)


def draw_cost(axes: Axes, rows: list[Row]) -> None:
    draw_points(axes, rows, {id(row): row["rate_hz"] for row in rows})
    axes.set_xlabel("samples per second of CPU (0: spans and waits alone)")
    axes.set_title(f"Cost by rate, n = {rounds_of(rows)} rounds", fontsize=10)


def draw_pareto(axes: Axes, rows: list[Row]) -> None:
    sampled = [row for row in rows if row["rate_hz"] > 0]
    draw_points(axes, sampled, {id(row): error_points(row["rate_hz"]) for row in sampled})
    for row in sampled:
        axes.annotate(f"{row['rate_hz']:g} Hz", (error_points(row["rate_hz"]),
                                                 change_pct(row["ratio"])),
                      textcoords="offset points", xytext=(6, 4), fontsize=7)
    axes.set_xlabel(f"95 % half width of a share of one half over {SECONDS} s of CPU, points:\n"
                    "a perfect sampler's, at the rate asked for")
    axes.set_title(f"What the cost buys at best, n = {rounds_of(rows)} rounds", fontsize=10)


def data(rows: list[Row]) -> list[list[Any]]:
    """The figures behind the plot, in the order of HEADER."""
    return [
        [row["profiler"], row["rate_hz"], change_pct(row["ratio"]), *bounds_pct(row),
         error_points(row["rate_hz"]) if row["rate_hz"] > 0 else None,
         len(row.get("per_round", []))]
        for row in rows
    ]
