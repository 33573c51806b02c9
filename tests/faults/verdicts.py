"""What a seeded fault did to results.json: which rows had to fail, and which failed besides.

Used by seeded_faults.py and its test. Pure functions of a fault and a result.
"""

from dataclasses import dataclass, field
from pathlib import Path

CAUGHT, HELD, MISSED, NOT_JUDGED, SKIPPED = "caught", "held", "MISSED", "not judged", "skipped"
EXPECTED = ("expected links, cells CATEGORY, cells CATEGORY of ENDPOINT, "
            "functions NAME of ENDPOINT (NAME 'any': one of them; of all without ENDPOINT) "
            "or conservation FIGURE")


@dataclass
class Fault:
    name: str
    patch: Path
    rebuilds: str = "library"  # or "analysis", "workload"
    scenario: str = "standard"
    gate: str = ""  # a gate file beside this one
    repeat: int = 3
    must_fail: list[str] = field(default_factory=list)
    must_hold: list[str] = field(default_factory=list)
    must_say: list[str] = field(default_factory=list)


def read_fault(patch: Path) -> Fault:
    """The `Key: value` lines above the diff."""
    fault = Fault(patch.stem, patch)
    for line in patch.read_text().splitlines():
        if line.startswith("--- "):
            break
        key, _, value = line.partition(": ")
        if key in ("Must fail", "Must hold", "Must say"):
            getattr(fault, key.lower().replace(" ", "_")).append(value)
        elif key in ("Rebuilds", "Scenario", "Gate"):
            setattr(fault, key.lower(), value)
        elif key == "Repeat":
            fault.repeat = int(value)
    if not fault.must_fail and not fault.must_hold:
        raise SystemExit(f"{patch}: no line 'Must fail: ...' or 'Must hold: ...' above the diff")
    return fault


def is_bad(row: dict) -> bool:
    return row["verdict"] == "fail"


def failing_rows(results: dict) -> list[str]:
    """Every row that is bad, as a `Must fail` line would name it."""
    named = [("cells", "category"), ("functions", "function")]
    rows = [f"{table} {row[what]} of {row['endpoint']}"
            for table, what in named for row in results[table] if is_bad(row)]
    rows += ["links" for row in results["links"] if row["verdict"] == "fail"]
    return rows + [f"conservation of {row['profiler']}: {row['reason']}"
                   for row in results["conservation"] if row["verdict"] == "fail"]


def named_rows(results: dict, must_fail: str) -> list[dict]:
    """The rows that a `Must fail` line is about; `any of` stands for one alternative each."""
    table, _, what = must_fail.partition(" ")
    if table == "links":
        return results["links"]
    if table in ("cells", "functions"):
        column = {"cells": "category", "functions": "function"}[table]
        name, _, endpoint = what.partition(" of ")
        return [row for row in results[table]
                if name in (row[column], "any") and endpoint in (row["endpoint"], "")]
    if table == "conservation":
        who = what.rpartition(":")[0] or "plumbline"
        return [row for row in results["conservation"] if row["profiler"] == who]
    raise SystemExit(f"Must fail: {must_fail}: {EXPECTED}")


def did_fail(results: dict, must_fail: str) -> bool:
    """Whether all rows that the line names are bad (of `any`: one of them)."""
    rows = named_rows(results, must_fail)
    table, _, what = must_fail.partition(" ")
    failed = [is_bad(row) for row in rows]
    if table == "conservation":
        figure = what.rpartition(":")[2]
        failed = [bad and row[figure] > row["tolerance"][figure] for bad, row in zip(failed, rows)]
    if is_alternative(must_fail):
        return any(failed)
    return bool(rows) and all(failed)


def is_alternative(must_fail: str) -> bool:
    return must_fail.partition(" ")[2].partition(" of ")[0] == "any"


def could_tell(clean: dict, must_fail: str) -> bool:
    """Whether the rows of shares that the line names pass without the fault. Shares that gate pass
    only from so many samples on; where a true profiler's do not, a failure proves little."""
    if not must_fail.startswith("functions "):
        return True
    passed = [row["verdict"] == "pass" for row in named_rows(clean, must_fail)]
    return any(passed) if is_alternative(must_fail) else all(passed)


def covers(must_fail: str, failed: str) -> bool:
    """Whether a failing row, by its name, is one of those that the line names."""
    if must_fail.startswith("conservation"):
        who = must_fail.partition(" ")[2].rpartition(":")[0] or "plumbline"
        return failed.startswith(f"conservation of {who}:")
    if is_alternative(must_fail):
        table, _, endpoint = must_fail.partition(" any")
        return failed.startswith(table + " ") and failed.endswith(endpoint)
    return failed == must_fail or failed.startswith(must_fail + " of ")


def failed_elsewhere(fault: Fault, results: dict) -> list[str]:
    return [row for row in failing_rows(results)
            if not any(covers(line, row) for line in fault.must_fail)]


def is_unfit(results: dict) -> bool:
    return results["summary"]["reason"].startswith("machine unfit")


def judge(fault: Fault, exit_code: int, results: dict, clean: dict | None) -> tuple[str, str]:
    """Caught: the gate failed, by every row that is named, and the same rows do not fail in
    `clean`, the same scenario without the fault (None: not run)."""
    if exit_code == 3 and is_unfit(results):
        return NOT_JUDGED, results["summary"]["reason"]
    skipped = [line for line in fault.must_fail
               if any(row["verdict"] == "skipped" for row in named_rows(results, line))]
    if skipped:
        return SKIPPED, f"cannot run here: {', '.join(skipped)}"
    if clean is not None:
        if is_unfit(clean):
            return NOT_JUDGED, f"without the fault: {clean['summary']['reason']}"
        anyway = [line for line in fault.must_fail if did_fail(clean, line)]
        if anyway:
            return MISSED, f"fails without the fault as well: {', '.join(anyway)}"
        undecided = [line for line in fault.must_fail if not could_tell(clean, line)]
        if undecided:
            return MISSED, f"without the fault not decided either: {', '.join(undecided)}"
    missing = [line for line in fault.must_fail if not did_fail(results, line)]
    if missing or exit_code != 1:
        return MISSED, f"exit code {exit_code}; did not fail: {', '.join(missing) or '-'}"
    return CAUGHT, ", ".join(fault.must_fail)


def cells_that_gave_way(results: dict, must_hold: str) -> list[str]:
    _, category, limit_pct = must_hold.split()
    rows = [row for row in results["cells"] if row["category"] == category and row["error_pct"]]
    bad = [f"{row['endpoint']} {category} {row['error_pct']:+.3f} %" for row in rows
           if row["verdict"] == "fail" or abs(row["error_pct"]) > float(limit_pct)]
    return bad if rows else [f"no cell {category}"]


def exit_code_of(outcomes: list[str]) -> int:
    """1: a fault was missed; 3: the machine was unfit for one; 77: none could run here."""
    if MISSED in outcomes:
        return 1
    if NOT_JUDGED in outcomes:
        return 3
    return 77 if outcomes and all(outcome == SKIPPED for outcome in outcomes) else 0
