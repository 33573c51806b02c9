"""Profilers side by side: how far each is from the truth about the same work.

Left: RMS error of the function shares over what a perfect sampler of as many samples shows (1: as
good as one can be), with its 95 % interval, on a logarithmic axis. Right: the largest error of a
function, in percentage points, median over the runs. A row for each scenario and profiler; numbers
at the right are runs, samples, overhead, losses and what is not offered.
"""

from typing import Any

from matplotlib.axes import Axes

import palette

COLOURS = [palette.COLOURS[name] for name in
           ("cpu", "lock", "file", "socket", "runqueue", "sync", "other")]
MARKERS = ["o", "s", "D", "^", "v", "P", "X"]

Standing = dict[str, Any]

FIELDS = ["scenario", "profiler", "runs", "samples", "rate_hz", "max_points", "rms_points",
          "limit_points", "rms_over_limit", "ci95_lo", "ci95_hi", "overhead_pct",
          "overhead_ci95_lo", "overhead_ci95_hi", "losses", "not_offered"]


def compared(results: dict[str, Any]) -> list[Standing]:
    """Standings of scenarios in which there is something to compare."""
    standings = [row for row in results.get("standings", []) if row["max_points"] is not None]
    counts = {row["scenario"]: 0 for row in standings}
    for row in standings:
        counts[row["scenario"]] += 1
    return [row for row in standings if counts[row["scenario"]] > 1]


def not_offered(results: dict[str, Any], profiler: str) -> list[str]:
    return [what for row in results.get("profilers", []) if row["profiler"] == profiler
            for what in row["not_offered"]]


def as_rows(results: dict[str, Any], standings: list[Standing]) -> list[list[Any]]:
    """The figures behind the plot, in the order of FIELDS."""
    return [
        [*(row[field] for field in FIELDS[:9]), *(row["ci95_over_limit"] or ("", "")),
         row["overhead_pct"], *(row["ci95_overhead_pct"] or ("", "")), row["losses"],
         " ".join(not_offered(results, row["profiler"]))]
        for row in standings
    ]


def label_of(row: Standing) -> str:
    overhead = "" if row["overhead_pct"] is None else f", {row['overhead_pct']:+.1f} %"
    samples = f"{row['samples']:.0f}" if row["samples"] > 0 else "no"
    return (f"{row['scenario']}  {row['profiler']}\n"
            f"n = {row['runs']} runs, {samples} samples{overhead}, lost {row['losses']}")


def styles_of(standings: list[Standing]) -> dict[str, tuple[str, str]]:
    names = list(dict.fromkeys(row["profiler"] for row in standings))
    return {name: (COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)])
            for i, name in enumerate(names)}


def draw_ratio(axes: Axes, standings: list[Standing]) -> None:
    styles = styles_of(standings)
    for place, row in enumerate(reversed(standings)):
        ratio = row["rms_over_limit"]
        if ratio is None:
            continue
        low, high = row["ci95_over_limit"] or (ratio, ratio)
        low = max(low, 0.01)  # a logarithm has no 0
        colour, marker = styles[row["profiler"]]
        axes.errorbar(ratio, place, xerr=[[max(0.0, ratio - low)], [max(0.0, high - ratio)]],
                      fmt=marker, color=colour, markersize=6, capsize=3)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.axvspan(0.01, 1.1, color=palette.TOLERANCE_BAND, zorder=0)
    axes.set_xscale("log")
    axes.set_xlim(left=0.1)
    axes.set_ylim(-0.5, len(standings) - 0.5)
    axes.set_yticks(range(len(standings)), [label_of(row) for row in reversed(standings)],
                    fontsize=7)
    axes.set_xlabel("RMS error / sampling limit (grey: up to 1.1; bars: 95 % interval)")


def draw_largest(axes: Axes, standings: list[Standing]) -> None:
    styles = styles_of(standings)
    for place, row in enumerate(reversed(standings)):
        axes.barh(place, row["max_points"], height=0.6, color=styles[row["profiler"]][0])
        axes.text(row["max_points"], place, f" {row['max_points']:.1f}", va="center", fontsize=7)
    axes.set_ylim(-0.5, len(standings) - 0.5)
    axes.set_yticks([])
    axes.margins(x=0.15)
    axes.set_xlabel("largest error of a function (points),\nmedian of the runs")
