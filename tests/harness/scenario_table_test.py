"""The tables of results/README.md, made from results that never were.

Usage: scenario_table_test.py SCENARIO_TABLE PLUMBLINE; called by CTest.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TABLE, PLUMBLINE = sys.argv[1], sys.argv[2]
EMPTY = {kind: [] for kind in ("runs", "cells", "links", "conservation", "sweeps")}


def sweep(name, errors, breaks):
    return {"scenario": name, "profiler": "plumbline", "parameter": "x", "breaking_point": breaks,
            "points": [{"value": value, "error_pct": error, "ci95": None}
                       for value, error in errors]}


class ScenarioTable(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.readme = self.folder / "README.md"
        self.readme.write_text("before\n<!-- scenarios: begin -->\nold\n"
                               "<!-- scenarios: end -->\nafter\n")

    def write(self, *results):
        files = []
        for number, one in enumerate(results):
            files.append(self.folder / f"{number}.json")
            files[-1].write_text(json.dumps(EMPTY | one))
        subprocess.run([sys.executable, "-B", TABLE, PLUMBLINE, *files, "--write", self.readme],
                       check=True)
        return self.readme.read_text()

    def row(self, text, name):
        rows = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
        self.assertEqual(len(rows), 1, name)
        return [cell.strip() for cell in rows[0].strip("|").split("|")]

    # Fault: a sweep is missing from the table, or its breaking point is another value's.
    # Pass: a row for each sweep that there is: what it is about, where it breaks, its curve.
    def test_every_sweep_has_its_breaking_point_and_category(self):
        text = self.write(
            {"sweeps": [sweep("wait_lengths", [(10, 31.5), (100, 0.25)], 10)]},
            {"sweeps": [sweep("span_lengths", [(50, None), (500, 0.01)], None),
                        sweep("burst_lengths", [(100, None)], None)]})
        waits = self.row(text, "wait_lengths")
        self.assertEqual(waits[3:], ["socket", "10", "10: +31.50, 100: +0.25"])
        spans = self.row(text, "span_lengths")
        self.assertEqual(spans[3:], ["cpu", "nowhere", "50: ?, 500: +0.01"])
        self.assertEqual(self.row(text, "burst_lengths")[4], "not judged")
        self.assertEqual(self.row(text, "lockstep_periods")[3:5], ["functions", "not run"])
        listed = json.loads(subprocess.run([PLUMBLINE, "list", "--json"], check=True,
                                           capture_output=True, text=True).stdout)
        for entry in listed["scenarios"] + listed["sweeps"]:
            self.row(text, entry["name"])

    def test_what_stands_around_the_markers_stays(self):
        text = self.write({})
        self.assertTrue(text.startswith("before\n<!-- scenarios: begin -->\n| scenario |"))
        self.assertTrue(text.endswith("|\n<!-- scenarios: end -->\nafter\n"))
        self.assertNotIn("old", text)
        self.assertEqual(self.row(text, "wait_lengths")[4], "not run")

    # Of a scenario in several results the last counts.
    def test_a_scenario_has_the_verdict_of_its_last_result(self):
        def cell(verdict):
            return {"cells": [{"scenario": "standard", "endpoint": "a", "category": "cpu",
                               "error_pct": 1.0, "error_pp": 1, "verdict": verdict,
                               "reason": "why"}]}
        self.assertEqual(self.row(self.write(cell("pass"), cell("fail")), "standard")[2], "fail")
        self.assertEqual(self.row(self.write(cell("fail"), cell("pass")), "standard")[2], "pass")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
