#!/usr/bin/env python3
"""The built-in profiler's result on every scenario, as a table for results/README.md.

Reads results.json of `plumbline run --suite standard`, `adversarial` and `sweeps`, and `plumbline
list --json`. Every scenario and every sweep that there is gets a row: what was not run says so.
With --write FILE the tables replace what stands in FILE between the two markers; else they are
printed.

Usage: scenario_table.py PLUMBLINE RESULTS.json... [--write FILE]; called by `./dev scenarios`.
"""

import argparse
import json
import pathlib
import subprocess
import sys
from collections import Counter

BEGIN, END = "<!-- scenarios: begin -->", "<!-- scenarios: end -->"
TABLES = ("cells", "links", "conservation")  # those that gate
ORDER = ("fail", "inconclusive", "vacuous", "skipped", "not_offered", "pass")


def what(row):
    """A row of any table in a few words."""
    if "category" in row:
        figure = "" if row["error_pct"] is None else f" {row['error_pct']:+.2f} %"
        return f"{row['endpoint']} {row['category']}{figure}"
    if "right_pct" in row:
        return f"links {row['wrong_pct']:.2f} % wrong, {row['none_pct']:.2f} % none"
    return f"conservation of {row['profiler']}"


def verdict(rows):
    """As the exit code sees it: fail outranks inconclusive, which outranks pass."""
    counts = Counter(row["verdict"] for row in rows)
    for name in ("fail", "inconclusive", "pass"):
        if counts[name]:
            return name
    return next((name for name in ORDER if counts[name]), "not run")


def why(rows):
    """The rows that decided against it, with their reasons; the two worst."""
    bad = [row for row in rows if row["verdict"] in ("fail", "inconclusive")]
    bad.sort(key=lambda row: (ORDER.index(row["verdict"]), -abs(row.get("error_pp", 0))))
    shown = [what(row) + (f" ({row['reason']})" if row.get("reason") else "") for row in bad[:2]]
    if len(bad) > 2:
        shown.append(f"and {len(bad) - 2} more")
    return "; ".join(shown)


def machine(results, scenario):
    states = Counter(run["machine"] for run in results["runs"] if run["scenario"] == scenario)
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "-"


def table(listed, results):
    lines = ["| scenario | mode | verdict | pass | fail | inconclusive | vacuous | skipped "
             "| machine | why |", "|---|---|---|---|---|---|---|---|---|---|"]
    for scenario in listed["scenarios"]:
        name = scenario["name"]
        rows = [row for kind in TABLES for row in results[kind] if row["scenario"] == name]
        counts = Counter(row["verdict"] for row in rows)
        modes = " ".join(str(row) for row in scenario["failure_modes"])
        figures = " | ".join(str(counts[key])
                             for key in ("pass", "fail", "inconclusive", "vacuous", "skipped"))
        reason = why(rows).replace("|", "/")
        lines.append(f"| {name} | {modes} | {verdict(rows)} | {figures} "
                     f"| {machine(results, name)} | {reason} |")
    return "\n".join(lines) + "\n"


def curve(sweep):
    """`10: +3.1, 100: +0.2`: the error at each value."""
    return ", ".join(
        f"{point['value']:g}: " + ("?" if point["error_pct"] is None
                                   else f"{point['error_pct']:+.2f}")
        for point in sweep["points"])


def breaking_point(sweep):
    if sweep is None:
        return "not run"
    if sweep["breaking_point"] is not None:
        return f"{sweep['breaking_point']:g}"
    judged = any(point["error_pct"] is not None for point in sweep["points"])
    return "nowhere" if judged else "not judged"


def sweep_table(listed, results):
    lines = ["| sweep | mode | parameter | of | breaks at "
             "| error at each value, % (functions: points; ?: not judged) |",
             "|---|---|---|---|---|---|"]
    found = {sweep["scenario"]: sweep for sweep in results["sweeps"]}
    for entry in listed["sweeps"]:
        sweep = found.get(entry["name"])
        modes = " ".join(str(row) for row in entry["failure_modes"])
        lines.append(f"| {entry['name']} | {modes} | {entry['parameter']} | {entry['figure']} "
                     f"| {breaking_point(sweep)} "
                     f"| {curve(sweep) if sweep else ''} |")
    return "\n".join(lines) + "\n"


def merged(files):
    """The rows of several results as if of one; of a scenario in several, the last counts."""
    results = {kind: [] for kind in (*TABLES, "runs", "sweeps")}
    for file in files:
        one = json.loads(file.read_text())
        again = {row["scenario"] for kind in results for row in one[kind]}
        for kind, rows in results.items():
            results[kind] = [row for row in rows if row["scenario"] not in again] + one[kind]
    return results


def write_between_markers(file, text):
    content = file.read_text()
    if content.count(BEGIN) != 1 or content.count(END) != 1:
        sys.exit(f"scenario_table.py: {file}: expected the markers {BEGIN} and {END}, once each")
    before, rest = content.split(BEGIN)
    file.write_text(before + BEGIN + "\n" + text + END + rest.split(END)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plumbline")
    parser.add_argument("results", type=pathlib.Path, nargs="+")
    parser.add_argument("--write", type=pathlib.Path)
    arguments = parser.parse_args()
    listed = json.loads(subprocess.run([arguments.plumbline, "list", "--json"], check=True,
                                       capture_output=True, text=True).stdout)
    results = merged(arguments.results)
    text = table(listed, results) + "\n" + sweep_table(listed, results)
    if arguments.write:
        write_between_markers(arguments.write, text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
