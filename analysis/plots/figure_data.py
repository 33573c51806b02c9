"""The CSV behind a figure: RFC 4180, and no field that a spreadsheet would run.

Called by plot.py, once a figure. A text that begins like a formula gets an apostrophe in front;
names have no control characters any more (results.py).
"""

import csv
import pathlib
from typing import Any, Iterable

FORMULA_STARTS = "=+-@\uFF1D\uFF0B\uFF0D\uFF20"


def defused(field: Any) -> Any:
    if isinstance(field, str) and field.lstrip(" '\"\t")[:1] in tuple(FORMULA_STARTS):
        return "'" + field
    return "" if field is None else field


def write_data(file: pathlib.Path, header: list[str], rows: Iterable[list[Any]]) -> pathlib.Path:
    with file.open("w", newline="", encoding="utf-8") as output:
        writer = csv.writer(output)
        writer.writerow(header)
        writer.writerows([defused(field) for field in row] for row in rows)
    return file
