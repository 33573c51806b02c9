"""Results for the tests of commands that read several of them: made from the fixture, and bent.

Used by compare_test.py, merge_test.py and history_test.py. Pure, but for the files it writes.
"""

import copy
import json
import pathlib
import subprocess
import tempfile
import shutil
import unittest

FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"
SETTINGS = {"repeats": "3", "most_repeats": "3", "seed": "of the scenario", "rate_hz": "1000",
            "ledger": "full", "oracle": "none"}


def scenarios_of(results):
    return list(dict.fromkeys(cell["scenario"] for cell in results["cells"]))


def result(number, change=lambda results: None):
    """The fixture as the result of an experiment of its own, `number` days after the first."""
    results = json.loads((FIXTURES / "results.json").read_text())
    results["provenance"] = {
        "id": f"result-{number}", "name": "fixture",
        "started": f"2026-{10 + number // 28:02}-{1 + number % 28:02}T08:00:00Z",
        "settings": dict(SETTINGS), "scenarios": scenarios_of(results), "sweeps": [],
        "shard": None}
    change(results)
    return results


def add_error(results, error_ns, category="socket"):
    """Every run of the category's cells is that much farther from its truth."""
    for cell in results["cells"]:
        if cell["category"] != category or cell["verdict"] == "skipped":
            continue
        cell["attributed_ns"] += error_ns
        cell["error_ns"] = (cell["error_ns"] or 0) + error_ns
        for run in cell["per_run"]:
            run["attributed"] += error_ns


def with_runs(results, count):
    """`count` runs in each cell, which scatter a little around those that it has."""
    results["runs"] = []
    for scenario in scenarios_of(results):
        for number in range(1, count + 1):
            template = json.loads((FIXTURES / "results.json").read_text())["runs"][0]
            results["runs"].append(template | {
                "id": f"{scenario}/plumbline/{number}", "scenario": scenario,
                "profiler": "plumbline", "seed": number, "repeat": number})
    for cell in results["cells"]:
        first = cell["per_run"][0]
        cell["repeats"] = count
        cell["per_run"] = [
            first | {"run": f"{cell['scenario']}/plumbline/{number}",
                     "attributed": first["attributed"] + 1000 * (number % 3)}
            for number in range(1, count + 1)]


def shard(results, index, total, scenarios):
    """What shard `index` would have left behind: the rows of these scenarios."""
    part = copy.deepcopy(results)
    part["provenance"]["id"] += f"-{index}"
    part["provenance"]["shard"] = {"index": index, "total": total}
    for table in ("runs", "cells", "functions", "links", "conservation", "confusion"):
        part[table] = [row for row in part[table] if row["scenario"] in scenarios]
    return part


class Commands(unittest.TestCase):
    """A folder of its own, and the program in it."""

    plumbline = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, results):
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(results))
        return file

    def run_plumbline(self, *arguments, env=None):
        return subprocess.run([self.plumbline, *map(str, arguments)], capture_output=True,
                              text=True, check=False, cwd=self.folder, timeout=120, env=env)

    def assert_refused(self, ended, *words):
        self.assertEqual(ended.returncode, 2, ended)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        self.assertTrue(ended.stderr.startswith("plumbline: "), ended.stderr)
        for word in words:
            self.assertIn(word, ended.stderr)
