"""The whole line on a scenario of one second: workload, truth, profiler, analysis, verdict.

Usage: whole_line_test.py BUILD RESULTS_SCHEMA; called by CTest. What must hold on any machine is
asserted: conservation, links, agreement of the tables. Whether the cells are within tolerance
depends on the machine, so exit code 3 is accepted; 1 never is.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

BUILD = pathlib.Path(sys.argv.pop(1))
SCHEMA = pathlib.Path(sys.argv.pop(1))
PLUMBLINE = BUILD / "bin" / "plumbline"
OK, INCONCLUSIVE = 0, 3

ONE_SECOND = {
    "name": "one second", "workers": 2, "rounds": 8, "seed": 5,
    "arrival": {"mode": "closed", "think_us": 500},
    "jitter": {"distribution": "uniform", "percent": 20},
    "endpoints": [
        {"name": "GET /a", "weight": 2, "steps": [
            {"category": "cpu", "duration_us": 3000, "function": "build_report"},
            {"span": "query", "steps": [
                {"category": "socket", "duration_us": 6000, "operation": "recv",
                 "family": "unix"},
                {"category": "lock", "duration_us": 6000, "primitive": "mutex", "name": "m"}]},
            {"category": "file", "duration_us": 6000, "operation": "pread", "bytes": 4096}]},
        {"name": "GET /b", "weight": 1, "steps": [
            {"category": "sync", "duration_us": 12000, "primitive": "sleep"},
            {"category": "cpu", "duration_us": 4000, "function": "parse_rows"}]},
    ],
}


class WholeLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-line-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        spec = cls.folder / "one-second.json"
        spec.write_text(json.dumps(ONE_SECOND))
        cls.output = cls.folder / "result"
        cls.done = subprocess.run(
            [PLUMBLINE, "run", "--scenario", spec, "--repeat", "3", "-o", cls.output, "--json"],
            capture_output=True, text=True, check=False, timeout=120)
        cls.results = json.loads(cls.done.stdout) if cls.done.stdout else None

    def test_it_ends_with_a_verdict(self):
        self.assertIn(self.done.returncode, (OK, INCONCLUSIVE), self.done.stderr)
        self.assertEqual(self.results["summary"]["exit_code"], self.done.returncode)
        if self.done.returncode == INCONCLUSIVE:
            self.assertTrue(self.results["summary"]["reason"])

    def test_results_follow_the_schema(self):
        written = json.loads((self.output / "results.json").read_text())
        self.assertEqual(written, self.results)
        jsonschema.validate(written, json.loads(SCHEMA.read_text()))

    def test_time_is_conserved(self):
        row, = [row for row in self.results["conservation"] if row["profiler"] == "plumbline"]
        self.assertEqual(row["tiling_error_ns"], 0)
        self.assertEqual(row["double_booked_ns"], 0)
        self.assertLess(row["residual_pct"], 0.5)

    def test_time_is_linked_to_the_right_span(self):
        for row in self.results["links"]:
            self.assertLessEqual(row["wrong_pct"], 0.1)

    def test_every_category_was_attributed(self):
        skipped = {cell["category"] for cell in self.results["cells"]
                   if cell["verdict"] == "skipped"}
        for endpoint, category in (("GET /a", "cpu"), ("GET /a", "socket"), ("GET /a", "lock"),
                                   ("GET /a", "file"), ("GET /b", "sync")):
            if category in skipped:
                continue
            cell, = [cell for cell in self.results["cells"]
                     if cell["endpoint"] == endpoint and cell["category"] == category]
            with self.subTest(endpoint=endpoint, category=category):
                self.assertGreater(cell["attributed_ns"], 0.9 * cell["truth_lo_ns"])
                self.assertLess(cell["attributed_ns"], 1.1 * cell["truth_hi_ns"])

    def test_tables_of_a_recording_agree(self):
        recording = next((self.output / "recordings").glob("*.plumb"))
        for command in ("info", "endpoints"):
            done = subprocess.run([PLUMBLINE, command, recording], capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("DIFFERS", done.stdout)

    def test_figures_are_there(self):
        for figure in ("parity", "bias", "heat-map"):
            self.assertTrue(list(self.output.glob(f"*{figure}.png")), figure)


if __name__ == "__main__":
    unittest.main()
