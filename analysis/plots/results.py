"""Reads results.json and picks out what a figure shows.

Called by plot.py; figures get plain lists of dictionaries. The file may be anybody's: it is refused
when it is too large to draw or has a number that is none, and its names are made printable. Fails
with a ResultsError of one line.
"""

import json
import math
import pathlib
import unicodedata
from typing import Any

Cell = dict[str, Any]
Section = tuple[str, str]
Groups = dict[Section, list[dict[str, Any]]]

SCHEMA = "plumbline.results/1"
MOST_BYTES = 64 << 20  # a tree of it takes some ten times that; a suite has about 1 MiB
MOST_SECTIONS = 300
MOST_NAME = 60
# Controls, bidi and other invisible marks, halves of pairs, what no font and no XML has.
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class ResultsError(Exception):
    """A folder without a result that these figures can show."""


def printable(name: str) -> str:
    if len(name) > MOST_NAME:
        name = name[: MOST_NAME - 3] + "..."
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in INVISIBLE else c
        for c in name
    )


def refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is not finite")
    return value


def printable_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: printable(value) if isinstance(value, str) else value for key, value in pairs}


def read_results(folder: pathlib.Path) -> dict[str, Any]:
    file = folder / "results.json"
    try:
        size = file.stat().st_size
        if not file.is_file():
            raise ResultsError(f"{file}: not a regular file")
        if size > MOST_BYTES:
            raise ResultsError(f"{file}: has {size} bytes; figures show at most {MOST_BYTES}")
        results = json.loads(
            file.read_text(encoding="utf-8"),
            parse_constant=refuse_constant,
            parse_float=finite,
            object_pairs_hook=printable_names,
        )
    except OSError as error:
        raise ResultsError(f"{file}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{file}: not JSON: {printable(str(error))}") from error
    if not isinstance(results, dict) or results.get("schema") != SCHEMA:
        raise ResultsError(f"{file}: not a result of version {SCHEMA}")
    return results


def sections(results: dict[str, Any]) -> list[Section]:
    """(scenario, profiler), in the order of the result."""
    return list(dict.fromkeys((cell["scenario"], cell["profiler"]) for cell in results["cells"]))


def grouped(results: dict[str, Any], table: str) -> Groups:
    groups: Groups = {}
    for row in results[table]:
        groups.setdefault((row["scenario"], row["profiler"]), []).append(row)
    return groups


def cells_of(cells: Groups, section: Section) -> list[Cell]:
    return [
        cell
        for cell in cells.get(section, [])
        if cell["verdict"] not in ("skipped", "not_offered")
    ]


def runs_of(runs: Groups, section: Section) -> int:
    """Runs that count."""
    return sum(run["machine"] != "invalid" for run in runs.get(section, []))


def run_count(cells: list[Cell]) -> int:
    return max((cell["repeats"] for cell in cells), default=0)


def truth_middle_ns(cell: Cell) -> float:
    return (cell["truth_lo_ns"] + cell["truth_hi_ns"]) / 2


def largest_errors(cells: list[Cell], most: int) -> list[Cell]:
    """In their order; a figure of thousands of rows shows nothing."""
    if len(cells) <= most:
        return cells
    worst = sorted(cells, key=lambda cell: -abs(cell["error_pp"] or 0))[:most]
    chosen = {id(cell) for cell in worst}
    return [cell for cell in cells if id(cell) in chosen]


CELL_HEADER = [
    "scenario", "profiler", "endpoint", "category", "truth_lo_ns", "truth_hi_ns", "attributed_ns",
    "error_ns", "ci95_lo_ns", "ci95_hi_ns", "error_pp", "tolerance_ns", "repeats", "verdict",
]


def cell_data(cells: list[Cell]) -> list[list[Any]]:
    """The figures of the cells, in the order of CELL_HEADER."""
    rows = []
    for cell in cells:
        bounds = cell["ci95_ns"] or (None, None)
        values = dict(cell, ci95_lo_ns=bounds[0], ci95_hi_ns=bounds[1])
        rows.append([values[name] for name in CELL_HEADER])
    return rows
