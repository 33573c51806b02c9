"""Confusion matrix: what was time of each category, and what it was reported as.

Each field: the part of its row's true time in per cent, and the milliseconds over all runs. A true
profiler has a diagonal of 100. Times are laid over each other, not sampled: the interval of a field
is the width of the clocks.
"""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.image import AxesImage

import palette

HEADER = ["scenario", "profiler", "true_category", "reported_category", "ns", "percent_of_true"]
NONE = "none"
LIGHT = 55.0  # per cent: from there on letters are white


def shares(rows: list[dict[str, Any]]) -> dict[tuple[str, str], float]:
    """Per cent of the true category's time."""
    whole: dict[str, float] = {}
    for row in rows:
        whole[row["true_category"]] = whole.get(row["true_category"], 0) + row["ns"]
    return {
        (row["true_category"], row["reported_category"]): 100 * row["ns"] / whole[
            row["true_category"]]
        for row in rows
        if whole[row["true_category"]] > 0
    }


def data(rows: list[dict[str, Any]]) -> list[list[Any]]:
    percent = shares(rows)
    return [
        [*(row[name] for name in HEADER[:5]),
         percent.get((row["true_category"], row["reported_category"]))]
        for row in rows
    ]


def in_order(names: set[str]) -> list[str]:
    known = [name for name in (*palette.CATEGORIES, NONE) if name in names]
    return known + sorted(names - set(known))


def draw_confusion(axes: Axes, rows: list[dict[str, Any]], runs: int) -> AxesImage:
    truth = in_order({row["true_category"] for row in rows})
    reported = in_order({row["reported_category"] for row in rows} | set(truth))
    percent = shares(rows)
    field = [[percent.get((row, column), 0.0) for column in reported] for row in truth]
    image = axes.imshow(field, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    for row in rows:
        x, y = reported.index(row["reported_category"]), truth.index(row["true_category"])
        share = percent.get((row["true_category"], row["reported_category"]), 0.0)
        axes.text(x, y, f"{share:.3g} %\n{row['ns'] / 1e6:.2f} ms", ha="center", va="center",
                  fontsize=7, color="white" if share > LIGHT else "black")
    names = palette.NAMES | {NONE: "(nothing)"}
    axes.set_xticks(range(len(reported)), [names.get(name, name) for name in reported],
                    rotation=20, ha="right", fontsize=8)
    axes.set_yticks(range(len(truth)), [names.get(name, name) for name in truth], fontsize=8)
    axes.set_xlabel("reported category")
    axes.set_ylabel("true category")
    axes.set_title(
        "True by reported category: per cent of the true time, and ms over all runs\n"
        f"(n = {runs} runs; overlap in time is measured, not sampled: no interval)", fontsize=10)
    return image
