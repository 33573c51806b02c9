"""Sweep: the error of one figure over the values of a parameter.

The line: mean error with its 95 % interval over the runs, where there is one; `runs`: how many of
each value count. The parameter's axis
is logarithmic when its values span more than a decade. A dashed line: the first value at which the
error exceeds its tolerance.
"""

from typing import Any

from matplotlib.axes import Axes

import palette
from parity import plain_decades


def spans_a_decade(values: list[float]) -> bool:
    return min(values) > 0 and max(values) > 10 * min(values)


def draw_sweep(axes: Axes, sweep: dict[str, Any], runs: list[int]) -> None:
    points = [point for point in sweep["points"] if point["error_pct"] is not None]
    values = [point["value"] for point in points]
    errors = [point["error_pct"] for point in points]
    bounds = [point["ci95"] or (point["error_pct"], point["error_pct"]) for point in points]
    axes.errorbar(
        values,
        errors,
        yerr=[
            [max(0.0, error - low) for error, (low, _) in zip(errors, bounds)],
            [max(0.0, high - error) for error, (_, high) in zip(errors, bounds)],
        ],
        fmt="o-",
        color=palette.COLOURS["cpu"],
        markersize=4,
        capsize=3,
    )
    axes.axhline(0, color="black", linewidth=0.8)
    if sweep["breaking_point"] is not None:
        axes.axvline(sweep["breaking_point"], color=palette.COLOURS["residual"], linestyle="--")
    if values and spans_a_decade(values):
        axes.set_xscale("log")
        plain_decades(axes.xaxis)
    axes.set_xlabel(sweep["parameter"])
    axes.set_ylabel("error (%; of function shares: points)")
    left_out = len(sweep["points"]) - len(points)
    axes.set_title(
        f"n = {len(points)} values, {left_out} without an error; "
        f"{min(runs, default=0)} to {max(runs, default=0)} runs each; bars: 95 % interval",
        fontsize=10,
    )
