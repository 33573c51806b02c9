"""History: figures over time, and where they changed: python3 history.py FOLDER/history.json

Called by `plumbline history plot`, which finds the changes. For each experiment, machine, scenario
and profiler it writes history-....png and .svg, a panel for each series, and the points of all its
series as .csv; it prints their names. One line on standard error and status 2 when it cannot.

Points: the figure of each result with its 95 % interval; grey: the tolerance; dashed: a change, and
the means on either side of it.
"""

import argparse
import csv
import hashlib
import json
import math
import pathlib
import re
import sys
from typing import Any

try:
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
except ImportError:
    sys.exit("matplotlib is missing; install it (Debian: apt install python3-matplotlib)")

import palette

SCHEMA = "plumbline.history-plot/1"
MAX_PANELS = 36
COLUMNS = 3
FIELDS = ["name", "machine", "settings", "kind", "scenario", "profiler", "endpoint", "figure",
          "unit"]
GROUP_FIELDS = ["name", "machine", "settings", "scenario", "profiler"]
POINT_FIELDS = ["started", "id", "git", "value", "lo", "hi", "tolerance", "verdict"]
FORMULA = re.compile(r"^[\s'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]")

Series = dict[str, Any]

# Equal histories give equal files.
matplotlib.rcParams["svg.hashsalt"] = "plumbline"
matplotlib.rcParams["font.family"] = "DejaVu Sans"


class HistoryError(Exception):
    """A file that this program cannot show."""


def read_series(file: pathlib.Path) -> list[Series]:
    try:
        history = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise HistoryError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise HistoryError(f"{file}: not JSON: {error}") from error
    if not isinstance(history, dict) or history.get("schema") != SCHEMA:
        raise HistoryError(f"{file}: not a history of version {SCHEMA}")
    return history["series"]


def groups_of(series: list[Series]) -> dict[tuple[str, ...], list[Series]]:
    groups: dict[tuple[str, ...], list[Series]] = {}
    for each in series:
        key = tuple(each[field] for field in GROUP_FIELDS)
        groups.setdefault(key, []).append(each)
    return groups


def printable(text: str, most: int = 60) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in text)
    return shown if len(shown) <= most else shown[: most - 3] + "..."


def segments(each: Series) -> list[tuple[int, int]]:
    borders = [0, *(change["index"] for change in each["changes"]), len(each["points"])]
    return list(zip(borders, borders[1:]))


def draw_series(axes: Axes, each: Series) -> None:
    points = each["points"]
    places = range(len(points))
    values = [point["value"] for point in points]
    low = [v if point["lo"] is None else min(v, point["lo"]) for v, point in zip(values, points)]
    high = [v if point["hi"] is None else max(v, point["hi"]) for v, point in zip(values, points)]
    known = [(x, p["tolerance"]) for x, p in zip(places, points) if p["tolerance"] is not None]
    if known:
        at, tolerances = zip(*known)
        axes.fill_between(at, [-t for t in tolerances], tolerances, step="mid",
                          color=palette.TOLERANCE_BAND, linewidth=0)
    axes.errorbar(places, values,
                  yerr=[[v - l for v, l in zip(values, low)],
                        [h - v for v, h in zip(values, high)]],
                  fmt=palette.MARKERS.get(each["figure"], "o"), markersize=3, linewidth=0.7,
                  color=palette.COLOURS.get(each["figure"], palette.COLOURS["lock"]))
    axes.axhline(0, color="black", linewidth=0.5)
    for begin, end in segments(each):
        if each["changes"]:
            middle = sum(values[begin:end]) / (end - begin)
            axes.plot([begin - 0.5, end - 0.5], [middle, middle], color="black", linewidth=1.2)
    for change in each["changes"]:
        axes.axvline(change["index"] - 0.5, color="black", linestyle="--", linewidth=1)
        axes.annotate(f"p = {change['p_value']:.3f}", (change["index"] - 0.5, 0), fontsize=6,
                      xycoords=("data", "axes fraction"), xytext=(3, 3),
                      textcoords="offset points")
    figure = palette.NAMES.get(each["figure"], each["figure"])
    label = f"{each['endpoint'] or each['kind']}  {figure}"
    axes.set_title(f"{printable(label)}, n = {len(points)}", fontsize=7)
    axes.set_ylabel(each["unit"], fontsize=6)
    axes.tick_params(labelsize=6)
    step = max(1, math.ceil(len(points) / 4))
    axes.set_xticks(list(places)[::step], [p["started"][:10] for p in points][::step])


def shown_first(series: list[Series]) -> list[Series]:
    """Those that changed first; the rest as it comes."""
    return sorted(series, key=lambda each: not each["changes"])[:MAX_PANELS]


def draw_group(key: tuple[str, ...], series: list[Series]) -> Figure:
    shown = shown_first(series)
    rows = math.ceil(len(shown) / COLUMNS)
    figure = Figure(figsize=(11, 1.2 + 1.9 * rows), layout="constrained")
    for place, each in enumerate(shown):
        draw_series(figure.add_subplot(rows, COLUMNS, place + 1), each)
    name, machine, settings, scenario, profiler = (printable(part) for part in key)
    left_out = len(series) - len(shown)
    figure.suptitle(
        f"{scenario} under {profiler} ({name}, {machine}, {settings})\n"
        "error by result; bars: 95 % interval, grey: tolerance, dashed: change"
        + (f"; {left_out} series without a change left out" if left_out else ""), fontsize=9)
    for text in figure.findobj(matplotlib.text.Text):  # names are data, no formulas
        text.set_parse_math(False)
    return figure


def stem_of(key: tuple[str, ...]) -> str:
    """A file name of its own for each group, however its names look."""
    name, machine, _, scenario, profiler = key
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", "-".join((scenario, profiler, name, machine)))[:120]
    return f"history-{plain}-{hashlib.sha256(repr(key).encode()).hexdigest()[:6]}"


def defused(value: Any) -> Any:
    """No spreadsheet shall take a name for a formula."""
    if not isinstance(value, str):
        return value
    return "'" + value if FORMULA.match(value) else value


def write_points(series: list[Series], file: pathlib.Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as output:
        writer = csv.writer(output)
        writer.writerow([*FIELDS, *POINT_FIELDS, "change_p", "before", "after"])
        for each in series:
            changes = {change["index"]: change for change in each["changes"]}
            for index, point in enumerate(each["points"]):
                change = changes.get(index, {})
                writer.writerow([defused(each[field]) for field in FIELDS]
                                + [defused(point[field]) for field in POINT_FIELDS]
                                + [change.get(field) for field in ("p_value", "before", "after")])


def draw_all(series: list[Series], folder: pathlib.Path) -> list[pathlib.Path]:
    files = []
    for key, group in groups_of(series).items():
        figure = draw_group(key, group)
        stem = stem_of(key)
        png, svg, points = (folder / f"{stem}.{kind}" for kind in ("png", "svg", "csv"))
        figure.savefig(png, dpi=120, metadata={"Software": None})
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
        write_points(group, points)
        files += [png, svg, points]
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description="Draws figures over time.")
    parser.add_argument("file", type=pathlib.Path, help="history.json of `plumbline history plot`")
    file = parser.parse_args().file
    try:
        for drawn in draw_all(read_series(file), file.parent):
            print(drawn)
    except HistoryError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{file.parent}: figures cannot be written: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
