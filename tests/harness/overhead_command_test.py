"""`plumbline overhead` and `plumbline coverage` from outside: rows, exit codes, one-line errors.

Usage: overhead_command_test.py PATH_OF_PLUMBLINE; called by CTest. Runs real slices under the real
profiler, but judges none of its figures: those depend on the machine.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PLUMBLINE = pathlib.Path(sys.argv[1]).absolute()
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"
os.environ.pop("GITHUB_STEP_SUMMARY", None)  # of the job that runs these tests
SHORT = ("--rates", "199", "--rounds", "6", "--up-to", "6", "--requests", "1")


def plumbline(*arguments):
    return subprocess.run([PLUMBLINE, *map(str, arguments)], capture_output=True, text=True,
                          check=False, timeout=200)


class Command(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def assert_refused(self, ended, *words):
        self.assertEqual(ended.returncode, 2, ended)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        for word in words:
            self.assertIn(word, ended.stderr)


class Overhead(Command):
    def test_limits_and_baseline(self):
        first = self.folder / "first"
        ended = plumbline("overhead", *SHORT, "--max-overhead", 1000, "-o", first)
        self.assertEqual(ended.returncode, 0, ended)
        self.assertIn("plumbline 199 Hz", ended.stdout)
        rows = json.loads((first / "results.json").read_text())["overhead"]
        self.assertEqual({(row["profiler"], row["rate_hz"]) for row in rows},
                         {("bare again", 0), ("plumbline", 199)})
        judged = [row for row in rows if row["limit"] is not None]
        self.assertEqual([(row["measure"], row["verdict"]) for row in judged], [("cpu", "pass")])
        for row in rows:
            self.assertEqual(len(row["per_round"]), 6)
        self.assertTrue((first / "fixed_work-overhead-pareto.png").exists())

        # A fail needs the whole interval beyond the limit; nothing costs a thousandth of itself.
        again = plumbline("overhead", *SHORT, "--baseline", first, "--max-regression", 900,
                          "--json", "-o", self.folder / "second")
        self.assertEqual(again.returncode, 0, again)
        changes = [row for row in json.loads(again.stdout)["overhead"] if row["unit"] == "ratio"]
        self.assertEqual([row["measure"] for row in changes], ["cpu, against the baseline"])
        self.assertEqual(changes[0]["verdict"], "pass")

    def test_what_cannot_be_used_is_2_in_one_line(self):
        self.assert_refused(plumbline("overhead", "--peers", "nonsense"), "nonsense", "perf")
        self.assert_refused(plumbline("overhead", "--library", "/none/p.so"), "/none/p.so")
        self.assert_refused(plumbline("overhead", "--baseline", "/none"), "/none")
        self.assert_refused(plumbline("overhead", "--baseline", FIXTURES), "--baseline")
        self.assert_refused(plumbline("overhead", "--rounds", 20, "--up-to", 10), "--up-to 10")
        self.assert_refused(plumbline("overhead", "--rates", "fast"))


class Coverage(Command):
    def result(self, name, runs):
        """The fixture's cells with so many runs, whose errors are -2 to 2 in turn."""
        results = json.loads((FIXTURES / "results.json").read_text())
        for cell in results["cells"]:
            cell["per_run"] = [{"run": "r", "lo": 1000, "hi": 1000, "attributed": 1000 + shift}
                               for shift in (3 * run % 5 - 2 for run in range(runs))]
            cell["repeats"] = runs
        (self.folder / name).mkdir()
        (self.folder / name / "results.json").write_text(json.dumps(results))
        return self.folder / name

    def test_pools_results_and_writes_csv_and_figure(self):
        results = [self.result(f"part{part}", 20) for part in range(2)]
        ended = plumbline("coverage", *results, "--block", 5, "--json", "-o", self.folder / "out")
        self.assertIn(ended.returncode, (0, 1, 3), ended)
        figures = json.loads(ended.stdout)
        self.assertEqual(figures["runs"], 40)
        self.assertEqual(figures["covered"], figures["intervals"])  # every block is the same
        self.assertEqual({file.name for file in (self.folder / "out").iterdir()},
                         {"coverage.csv", "coverage.png", "coverage.svg"})

    def test_too_few_intervals_are_inconclusive(self):
        self.assertEqual(plumbline("coverage", self.result("few", 10)).returncode, 3)

    def test_what_cannot_be_used_is_2_in_one_line(self):
        self.assert_refused(plumbline("coverage", self.result("three", 3)), "--block 5")
        self.assert_refused(plumbline("coverage", self.folder / "none"), "none")
        self.assert_refused(plumbline("coverage"), "result")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main(argv=sys.argv[:1], verbosity=1)
