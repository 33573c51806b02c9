"""Reads results.json and picks out what a figure shows.

Called by plot.py; figures get plain lists of dictionaries. Fails with a ResultsError of one line.
"""

import json
import pathlib
from typing import Any

Cell = dict[str, Any]

SCHEMA = "plumbline.results/1"


class ResultsError(Exception):
    """A folder without a result that these figures can show."""


def read_results(folder: pathlib.Path) -> dict[str, Any]:
    file = folder / "results.json"
    try:
        results = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise ResultsError(f"{file}: not JSON: {error}") from error
    if not isinstance(results, dict) or results.get("schema") != SCHEMA:
        raise ResultsError(f"{file}: not a result of version {SCHEMA}")
    return results


def sections(results: dict[str, Any]) -> list[tuple[str, str]]:
    """(scenario, profiler), in the order of the result."""
    return list(dict.fromkeys((cell["scenario"], cell["profiler"]) for cell in results["cells"]))


def cells_of(results: dict[str, Any], section: tuple[str, str]) -> list[Cell]:
    return [
        cell
        for cell in results["cells"]
        if (cell["scenario"], cell["profiler"]) == section
        and cell["verdict"] not in ("skipped", "not_offered")
    ]


def run_count(cells: list[Cell]) -> int:
    return max((cell["repeats"] for cell in cells), default=0)


def truth_middle_ns(cell: Cell) -> float:
    return (cell["truth_lo_ns"] + cell["truth_hi_ns"]) / 2
