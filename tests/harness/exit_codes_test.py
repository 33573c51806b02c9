"""Each exit code of `plumbline run`, by a real run: 0, 1, 2, 3 and 77, and that the report which a
CI system shows is red exactly when the job is.

Usage: exit_codes_test.py PATH_OF_PLUMBLINE; called by CTest. What a machine under load does to the
figures must not matter here: where a verdict is wanted, a gate file makes it certain.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

PLUMBLINE = pathlib.Path(sys.argv[1])
os.environ.pop("GITHUB_STEP_SUMMARY", None)

# As the scenario "controls": nothing may leak between its endpoints.
CONTROLS = {
    "name": "short_controls", "workers": 1, "rounds": 25,
    "endpoints": [
        {"name": "sleep only", "steps": [
            {"category": "sync", "duration_us": 4000, "primitive": "sleep"}]},
        {"name": "cpu only", "steps": [
            {"category": "cpu", "duration_us": 4000, "function": "scale_image"}]}],
}
FILES = {"name": "files", "workers": 1, "rounds": 3, "endpoints": [{"name": "GET /", "steps": [
    {"category": "file", "duration_us": 2000, "operation": "pread", "bytes": 4096}]}]}

# Nothing that a busy machine does is outside of this.
CANNOT_FAIL = {
    "schema": "plumbline.gate/1", "vacuous_percent": 100,
    "tolerances": [{"percent": 95, "wall_percent": 95}], "zero_truth": [{"wall_percent": 95}],
    "links": [{"wrong_percent": 100, "none_percent": 100}],
    "conservation": [{"residual_wall_percent": 100, "residual_us_per_wait": 1e6,
                      "other_wall_percent": 100}],
}
NEVER = {"scenario": "short_controls", "endpoint": "sleep only", "function": "scale_image",
         "evidence": 1}


class ExitCodes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def file(self, name, document):
        file = self.folder / name
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        return file

    def run_it(self, spec, *options, before=()):
        command = [*before, PLUMBLINE, "run", "--scenario", self.file("scenario.json", spec), "-o",
                   self.folder / "result", *options]
        return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              check=False, timeout=240)

    def gated(self, gate, *options):
        return self.run_it(CONTROLS, "--gate", self.file("gate.json", gate), *options)

    def result(self):
        results = json.loads((self.folder / "result" / "results.json").read_text())
        if results["summary"]["reason"].startswith("machine unfit"):
            self.skipTest(results["summary"]["reason"])
        return results

    def check_report(self, code, expect_red):
        """What JUnit shows agrees with the code."""
        text = subprocess.run([PLUMBLINE, "publish", self.folder / "result", "--as", "junit"],
                              capture_output=True, text=True, check=True).stdout
        root = ElementTree.fromstring(text)
        red = len(root.findall(".//failure")) + len(root.findall(".//error"))
        self.assertEqual(red > 0, expect_red, text)
        self.assertEqual(self.result()["summary"]["exit_code"], code)

    def test_0_every_judged_row_is_within_its_tolerance(self):
        ended = self.gated(CANNOT_FAIL | {"never": [NEVER]}, "--repeat", 3)
        results = self.result()
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.check_report(0, expect_red=False)
        self.assertEqual([row["verdict"] for row in results["assertions"]], ["pass"])
        # Nobody widens a margin in silence.
        self.assertIn("is wider than the default", results["summary"]["reason"])
        self.assertIn("WIDER than the default: tolerances[0]", ended.stdout)

    def test_1_an_assertion_that_cannot_hold(self):
        gate = CANNOT_FAIL | {"never": [NEVER | {"endpoint": "cpu only"}]}
        ended = self.gated(gate, "--repeat", 3)
        results = self.result()
        self.assertEqual(ended.returncode, 1, ended.stdout + ended.stderr)
        self.check_report(1, expect_red=True)
        (row,) = results["assertions"]
        self.assertEqual((row["verdict"], row["rule"]), ("fail", "never[0]"))
        self.assertGreater(row["found"], 0)

    def test_2_what_cannot_be_used_is_one_line_and_nothing_runs(self):
        gates = {
            "nothing": ("", ("line 1",)),
            "typo": ({"schema": "plumbline.gate/1", "tolerences": []}, ("tolerences",)),
            "field": ({"schema": "plumbline.gate/1", "tolerances": [{"percent": "1"}]},
                      ("tolerances[0].percent", "a number")),
            "no such endpoint": (
                {"schema": "plumbline.gate/1",
                 "tolerances": [{"endpoint": "GET /renamed", "percent": 1}]},
                ("tolerances[0]", "GET /renamed", "matches no row", "remove")),
            "terminal": ({"schema": "plumbline.gate/1", "\x1b]0;owned\x07": 1}, ("unknown key",)),
        }
        for name, (gate, words) in gates.items():
            with self.subTest(name):
                ended = self.gated(gate, "--repeat", 1)
                self.assertEqual(ended.returncode, 2, ended)
                self.assertEqual(ended.stdout, "")
                self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
                self.assertNotIn("\x1b", ended.stderr)
                for word in ("gate.json", *words):
                    self.assertIn(word, ended.stderr)
                self.assertFalse((self.folder / "result").exists())
        ended = self.run_it(CONTROLS, "--gate", self.folder / "none.json")
        self.assertEqual(ended.returncode, 2)
        self.assertIn("none.json", ended.stderr)

    def test_3_one_run_proves_nothing(self):
        ended = self.gated(CANNOT_FAIL, "--repeat", 1)
        results = self.result()
        self.assertEqual(ended.returncode, 3, ended.stdout + ended.stderr)
        self.check_report(3, expect_red=True)
        self.assertNotIn("pass", {cell["verdict"] for cell in results["cells"]
                                  if cell["truth_hi_ns"] > 0 and cell["category"] == "cpu"})

    @unittest.skipIf(os.geteuid() != 0, "needs root, to hide /dev/fuse")
    def test_77_nothing_could_be_injected(self):
        hide = ("mount --make-rprivate / 2>/dev/null || mount --make-rprivate /dev || exit 125; "
                'mount --bind /dev/null /dev/fuse || exit 125; exec "$@"')
        ended = self.run_it(FILES, "--repeat", 1, before=(
            "unshare", "--mount", "--propagation", "unchanged", "sh", "-c", hide, "sh"))
        if ended.returncode == 125:
            self.skipTest(f"/dev/fuse cannot be hidden here: {ended.stderr.strip()}")
        self.result()
        self.assertEqual(ended.returncode, 77, ended.stdout + ended.stderr)
        self.check_report(77, expect_red=False)


class PrintedGate(unittest.TestCase):
    def test_the_defaults_are_a_gate_file(self):
        with tempfile.TemporaryDirectory() as folder:
            printed = subprocess.run([PLUMBLINE, "run", "--print-gate"], capture_output=True,
                                     text=True, check=True).stdout
            self.assertEqual(json.loads(printed)["schema"], "plumbline.gate/1")
            file = pathlib.Path(folder) / "gate.json"
            file.write_text(printed)
            scenario = pathlib.Path(folder) / "scenario.json"
            scenario.write_text(json.dumps(CONTROLS | {"rounds": 2}))
            ended = subprocess.run(
                [PLUMBLINE, "run", "--gate", file, "--scenario", scenario, "--repeat", "1", "-o",
                 pathlib.Path(folder) / "result"], capture_output=True, text=True, check=False,
                timeout=120)
            self.assertIn(ended.returncode, (1, 3), ended.stderr)
            self.assertNotIn("WIDER", ended.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
