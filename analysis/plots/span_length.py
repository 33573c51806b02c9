"""Error against span length: how far function shares are off, beside the law of sampling.

A point for each function: the distance of its share from the truth, over the mean length of its
endpoint's spans. Bars: the 95 % interval that sampling alone gives that share, 1.96 sqrt(p(1-p)/n).
The line is the law 1/sqrt(n) for a share of a half, n being in proportion to the length: the
samples of a span of that length, as many of them as were seen here. Above it lies bias.
"""

import math
from typing import Any

from matplotlib.axes import Axes
from statistics import median

import palette
from parity import plain_decades

HEADER = ["scenario", "profiler", "endpoint", "function", "span_wall_ns", "samples", "truth_share",
          "attributed_share", "error_points", "sampling_limit_points"]
NS_PER_MS = 1e6


def error_points(row: dict[str, Any]) -> float:
    return 100 * (row["attributed_share"] - row["truth_share"])


def shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with samples, a length, and a share that sampling could miss."""
    return [row for row in rows if row["samples"] > 0 and (row.get("span_wall_ns") or 0) > 0
            and row["sampling_limit"]]


def data(rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [
        [*(row[name] for name in HEADER[:8]), error_points(row), 100 * row["sampling_limit"]]
        for row in shown(rows)
    ]


def samples_per_ns(rows: list[dict[str, Any]]) -> float:
    return median(row["samples"] / row["span_wall_ns"] for row in rows)


def draw_span_length(axes: Axes, rows: list[dict[str, Any]], runs: int) -> None:
    rows = shown(rows)
    lengths = [row["span_wall_ns"] / NS_PER_MS for row in rows]
    limits = [196 * row["sampling_limit"] for row in rows]
    axes.errorbar(lengths, [abs(error_points(row)) for row in rows], yerr=limits, fmt="o",
                  color=palette.COLOURS["cpu"], markersize=4, capsize=2, linewidth=0.8,
                  label="function share (bar: 95 % by sampling alone)")
    if rows:
        density = samples_per_ns(rows)
        ends = [min(lengths) / 1.3, max(lengths) * 1.3]
        steps = [ends[0] * (ends[1] / ends[0]) ** (i / 50) for i in range(51)]
        law = [196 * 0.5 / math.sqrt(density * length * NS_PER_MS) for length in steps]
        axes.plot(steps, law, color=palette.COLOURS["lock"], linestyle="--",
                  label="1/sqrt(n): 95 % limit of a share of 50 %")
        axes.legend(fontsize=7)
        axes.set_xscale("log")
        plain_decades(axes.xaxis)
    axes.set_ylim(bottom=0)
    axes.grid(color="#EEEEEE")
    axes.set_axisbelow(True)
    axes.set_xlabel("mean length of the endpoint's spans (ms)")
    axes.set_ylabel("error of function shares (percentage points)")
    samples = [row["samples"] for row in rows] or [0]
    axes.set_title(
        f"Error of {len(rows)} function shares by span length, n = {runs} runs, "
        f"{min(samples):.0f} to {max(samples):.0f} samples", fontsize=10)
