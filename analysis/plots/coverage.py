"""Interval coverage: how far each 95 % interval lies from the runs that it has not seen.

python3 coverage.py FOLDER: reads FOLDER/coverage.csv (written by `plumbline coverage -o FOLDER`),
writes coverage.png and coverage.svg beside it and prints their names. A point is an interval: where
the mean of the held-out runs lies, in half widths of the interval; within +-1 it is covered. What
each interval stands for: harness/scoring/interval_coverage.h. One line on standard error and status
2 when it cannot.
"""

import argparse
import csv
import math
import pathlib
import sys
from typing import Any

from matplotlib.axes import Axes

import palette
from results import ResultsError

Row = dict[str, Any]

FARTHEST = 3.0  # half widths; what lies beyond is drawn at the border
CLAIMED_PCT = 95


def read_intervals(folder: pathlib.Path) -> list[Row]:
    file = folder / "coverage.csv"
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        for row in rows:
            for key in ("lo_ns", "hi_ns", "held_out_mean_ns"):
                row[key] = float(row[key])
            row["covers"] = row["covers"] == "1"
    except OSError as error:
        raise ResultsError(f"{file}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError(f"{file}: not written by plumbline coverage: {error}") from error
    if not rows:
        raise ResultsError(f"{file}: has no interval")
    return rows


def half_widths_off(row: Row) -> float:
    """Of the held-out mean; an interval without width is missed by as far as one can be."""
    half = (row["hi_ns"] - row["lo_ns"]) / 2
    off = row["held_out_mean_ns"] - (row["lo_ns"] + row["hi_ns"]) / 2
    if half == 0:
        return math.copysign(FARTHEST, off) if off else 0.0
    return max(-FARTHEST, min(FARTHEST, off / half))


def share_text(rows: list[Row]) -> str:
    covered = sum(row["covers"] for row in rows)
    return f"{100 * covered / len(rows):.1f} % of {len(rows)}"


def draw_coverage(axes: Axes, rows: list[Row]) -> None:
    shown = [name for name in palette.NAMES if any(row["category"] == name for row in rows)]
    shown.reverse()
    axes.axvspan(-1, 1, color=palette.TOLERANCE_BAND)
    labels = []
    for line, category in enumerate(shown):
        of_category = [row for row in rows if row["category"] == category]
        labels.append(f"{palette.NAMES[category]}\n{share_text(of_category)}")
        # Spread over the line, by number, so that equal results give equal figures.
        heights = [
            line + 0.6 * (7 * number % 23 / 22 - 0.5) for number in range(len(of_category))
        ]
        axes.scatter(
            [half_widths_off(row) for row in of_category],
            heights,
            s=8,
            marker=palette.MARKERS[category],
            color=palette.COLOURS[category],
        )
    axes.set_yticks(range(len(shown)), labels, fontsize=7)
    axes.set_xlim(-FARTHEST * 1.05, FARTHEST * 1.05)
    axes.set_xlabel("mean of the held-out runs, half widths of the interval from its middle; "
                    "grey: covered")
    axes.set_title(
        f"95 % intervals against runs they have not seen: {share_text(rows)} cover", fontsize=10
    )


def main() -> int:
    from plot import draw_figure, save

    parser = argparse.ArgumentParser(description="Draws the coverage of intervals.")
    parser.add_argument("folder", type=pathlib.Path, help="a folder with a coverage.csv")
    folder = parser.parse_args().folder
    try:
        rows = read_intervals(folder)
        categories = len({row["category"] for row in rows})
        size = (8.0, 2.0 + 0.6 * categories)
        figure = draw_figure(size, "", lambda _, axes: draw_coverage(axes, rows))
        for file in save(figure, folder / "coverage"):
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
