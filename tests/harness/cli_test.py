"""The command line from outside: exit codes, one-line errors, and that nothing is left behind.

Usage: cli_test.py PATH_OF_PLUMBLINE; called by CTest. Runs real workloads under the real profiler,
but judges none of its figures: those depend on the machine.
"""

import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PLUMBLINE = pathlib.Path(sys.argv[1])
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"
os.environ.pop("GITHUB_STEP_SUMMARY", None)  # of the job that runs these tests
VERDICT_CODES = (0, 1, 3)

QUICK = {
    "name": "quick", "workers": 1, "rounds": 3,
    "endpoints": [{"name": "GET /", "steps": [
        {"category": "cpu", "duration_us": 2000, "function": "build_report"},
        {"category": "sync", "duration_us": 2000, "primitive": "sleep"},
        {"category": "socket", "duration_us": 2000, "operation": "recv", "family": "unix"}]}],
}
LONG = QUICK | {"name": "long", "rounds": 10_000}


def plumbline(*arguments, cwd=None):
    return subprocess.run([PLUMBLINE, *map(str, arguments)], capture_output=True, text=True,
                          check=False, cwd=cwd, timeout=120)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def scenario(self, spec):
        file = self.folder / f"{spec['name']}.json"
        file.write_text(json.dumps(spec))
        return file

    def assert_refused(self, ended, *words):
        self.assertEqual(ended.returncode, 2, ended)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        self.assertTrue(ended.stderr.startswith("plumbline: "), ended.stderr)
        for word in words:
            self.assertIn(word, ended.stderr)


class Errors(CommandLine):
    def test_wrong_usage_is_2_in_one_line(self):
        for arguments in ((), ("nonsense",), ("run", "--repeat", "0"), ("run", "--rate", "fast"),
                          ("run", "--suite", "standard", "--scenario", "x"), ("ledger",),
                          ("run", "--ledger", "thin"), ("list", "--colour")):
            with self.subTest(arguments):
                self.assert_refused(plumbline(*arguments))

    def test_unusable_input_names_what_and_where(self):
        empty = self.folder / "empty"
        empty.write_text("")
        cases = {
            ("run", "--suite", "nonsense"): ("nonsense", "standard"),
            ("run", "--scenario", "nonsense"): ("nonsense", "plumbline list"),
            ("run", "--scenario", self.folder / "none.json"): ("none.json",),
            ("run", "--scenario", self.scenario(QUICK | {"workers": 0})): ("workers",),
            ("ledger", self.folder / "none"): ("none",),
            ("ledger", empty): ("empty",),
            ("plot", self.folder): ("results.json",),
        }
        for arguments, words in cases.items():
            with self.subTest(arguments):
                self.assert_refused(plumbline(*arguments, cwd=self.folder), *words)

    def test_control_characters_of_a_name_do_not_reach_the_terminal(self):
        ended = plumbline("run", "--scenario", "\x1b]0;owned\x07")
        self.assert_refused(ended)
        self.assertNotIn("\x1b", ended.stderr)

    def test_library_that_is_no_profiler_is_refused(self):
        spec = self.scenario(QUICK)
        output = self.folder / "result"
        missing = plumbline("run", "--scenario", spec, "--library", "/nowhere.so", "-o", output)
        self.assert_refused(missing, "/nowhere.so", "--library")
        libc = next(pathlib.Path("/lib").glob("x86_64-linux-gnu/libm.so.6"))
        other = plumbline("run", "--scenario", spec, "--library", libc, "-o", output)
        self.assertEqual(other.returncode, 2)
        self.assertIn("wrote no recording", other.stderr)
        self.assertEqual(list(output.iterdir()), [])

    def test_place_that_cannot_hold_results_is_refused_before_anything_runs(self):
        started = time.monotonic()
        ended = plumbline("run", "--scenario", self.scenario(LONG), "-o", "/dev/null/result")
        self.assert_refused(ended, "/dev/null/result")
        self.assertLess(time.monotonic() - started, 5)


class Help(CommandLine):
    def test_help_and_version_are_no_errors(self):
        for arguments in (("--help",), ("--version",), ("run", "--help"), ("list", "--help")):
            with self.subTest(arguments):
                ended = plumbline(*arguments)
                self.assertEqual(ended.returncode, 0)
                self.assertEqual(ended.stderr, "")
        self.assertIn("Examples", plumbline("run", "--help").stdout)

    def test_list_names_scenarios_and_suites(self):
        listed = json.loads(plumbline("list", "--json").stdout)
        self.assertIn("standard", [scenario["name"] for scenario in listed["scenarios"]])
        self.assertIn("smoke", [suite["name"] for suite in listed["suites"]])
        self.assertIn("standard", plumbline("list").stdout)


class Run(CommandLine):
    def test_leaves_a_whole_result(self):
        output = self.folder / "result"
        ended = plumbline("run", "--scenario", self.scenario(QUICK), "--repeat", 2, "-o", output)
        self.assertIn(ended.returncode, VERDICT_CODES, ended)
        results = json.loads((output / "results.json").read_text())
        self.assertEqual(results["summary"]["exit_code"], ended.returncode)
        self.assertEqual({cell["endpoint"] for cell in results["cells"]}, {"GET /"})
        for run in results["runs"]:  # a replaced run keeps its repeat and its seed
            self.assertEqual(run["seed"], results["runs"][0]["seed"] + run["repeat"] - 1)
        self.assertTrue((output / "quick-plumbline-parity.png").exists())
        ledger = next((output / "recordings").glob("*.plumbledger"))
        self.assertIn("GET /", plumbline("ledger", ledger).stdout)
        self.assertTrue(json.loads(plumbline("ledger", ledger, "--json").stdout))
        self.assertNotIn("\x1b", ended.stdout + ended.stderr)  # not a terminal

    def test_json_is_the_result_and_nothing_else(self):
        output = self.folder / "result"
        ended = plumbline("run", "--scenario", self.scenario(QUICK), "--repeat", 1, "--json",
                          "-o", output)
        results = json.loads(ended.stdout)
        self.assertEqual(results, json.loads((output / "results.json").read_text()))
        # One run proves nothing of a cell; links and conservation are sums, which a disturbed
        # machine may break, and then it is 1. exit_codes_test.py shows 3 where they cannot.
        failed = [row["verdict"] for table in ("links", "conservation") for row in results[table]]
        self.assertEqual(ended.returncode, 1 if "fail" in failed else 3)


class Publish(CommandLine):
    FORMATS = ("markdown", "junit", "csv", "csv-functions", "csv-confusion", "csv-links",
               "gbench", "bmf", "github-benchmark")

    def result(self, change=lambda results: None):
        results = json.loads((FIXTURES / "results.json").read_text())
        change(results)
        file = self.folder / "results.json"
        file.write_text(json.dumps(results))
        return file

    def test_every_format_from_file_or_folder_to_stdout_or_file(self):
        file = self.result()
        for name in self.FORMATS:
            with self.subTest(name):
                ended = plumbline("publish", file, "--as", name)
                self.assertEqual((ended.returncode, ended.stderr), (0, ""))  # whatever the verdict
                self.assertIn("fixture", ended.stdout)
                output = self.folder / name
                again = plumbline("publish", self.folder, "--as", name, "-o", output)
                self.assertEqual((again.returncode, again.stdout, again.stderr), (0, "", ""))
                self.assertEqual(output.read_bytes().decode().replace("\r\n", "\n"), ended.stdout)
                self.assertIn(name, plumbline("publish", "--help").stdout)

    def test_unusable_results_name_what_and_where(self):
        def broken(**changes):
            return self.result(lambda results: results["cells"][2].update(changes))
        for make, words in (
                (lambda: broken(error_ns="much"), ("cells[2].error_ns", "a number", "much")),
                (lambda: broken(tolerance_ns=float("nan")), ("at byte", "'")),
                (lambda: broken(verdict="good"), ("cells[2].verdict", "good")),
                (lambda: self.result(lambda results: results.pop("links")), ("links", "missing")),
                (lambda: self.result(lambda results: results.update(schema="plumbline.results/9")),
                 ("schema", "plumbline.results/9"))):
            with self.subTest(words):
                self.assert_refused(plumbline("publish", make(), "--as", "csv"), "results.json",
                                    *words)
        self.assert_refused(plumbline("publish", self.folder / "none", "--as", "csv"), "none")
        self.assert_refused(plumbline("publish", self.result(), "--as", "yaml"), "yaml", "junit")
        self.assert_refused(plumbline("publish", self.result()), "--as")

    # Fault: a file of a gigabyte, of brackets, or of a million of anything takes all memory.
    # Pass: refused within 1 GB of address space.
    def test_hostile_files_are_refused_in_bounded_memory(self):
        def limited():
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        large = self.folder / "large.json"
        with large.open("wb") as stream:
            stream.truncate(10**9)
        deep = self.folder / "deep.json"
        deep.write_text('{"cells":' + "[" * 5_000_000)
        wide = self.folder / "wide.json"
        wide.write_text('{"cells":[[' + "0," * 5_000_000)
        for file in (large, deep, wide):
            with self.subTest(file.name):
                ended = subprocess.run([PLUMBLINE, "publish", file, "--as", "junit"], check=False,
                                       capture_output=True, text=True, preexec_fn=limited)
                self.assert_refused(ended, file.name)

    def test_output_that_cannot_be_written_is_refused_and_leaves_nothing(self):
        file = self.result()
        for place in ("/dev/null/x", "/nowhere/x", self.folder):
            self.assert_refused(plumbline("publish", file, "--as", "csv", "-o", place), str(place))
        self.assertEqual([entry.name for entry in self.folder.iterdir()], ["results.json"])


class StepSummary(CommandLine):
    def run_with(self, summary):
        return subprocess.run(
            [PLUMBLINE, "run", "--scenario", self.scenario(QUICK), "--repeat", "1",
             "-o", self.folder / "result"], capture_output=True, text=True, check=False,
            env=os.environ | {"GITHUB_STEP_SUMMARY": str(summary)}, timeout=120)

    def test_run_appends_what_publish_would_write(self):
        summary = self.folder / "summary.md"
        summary.write_text("earlier\n")
        self.assertIn(self.run_with(summary).returncode, VERDICT_CODES)
        published = plumbline("publish", self.folder / "result", "--as", "markdown").stdout
        self.assertEqual(summary.read_text(), "earlier\n" + published)
        self.assertTrue(published.startswith("## Plumbline: "), published)

    def test_summary_that_cannot_be_written_changes_no_verdict(self):
        ended = self.run_with("/nowhere/summary.md")
        results = json.loads((self.folder / "result" / "results.json").read_text())
        self.assertEqual(ended.returncode, results["summary"]["exit_code"])
        warnings = [line for line in ended.stderr.splitlines() if "/nowhere/summary.md" in line]
        self.assertEqual(len(warnings), 1, ended.stderr)


class Interruption(CommandLine):
    def start_a_long_run(self):
        """The program, once its workload runs, and the folder that all its parts live in."""
        temporary = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        program = subprocess.Popen(
            [PLUMBLINE, "run", "--scenario", self.scenario(LONG), "-o", self.folder / "result"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"TMPDIR": str(temporary)})
        self.wait_until(lambda: list(temporary.glob("plumbline-*/workload.log")),
                        "the workload was never started")
        return program, temporary

    def wait_until(self, condition, complaint):
        deadline = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), deadline, complaint)
            time.sleep(0.02)

    def nothing_runs_in(self, temporary):
        found = subprocess.run(["pgrep", "-f", str(temporary)], capture_output=True, check=False)
        mounts = pathlib.Path("/proc/mounts").read_text()
        return not found.stdout and str(temporary) not in mounts

    # Fault: Ctrl-C leaves a mount, a server or half a result.
    # Pass: none of them, and the earlier result is untouched.
    def test_a_signal_leaves_nothing_behind(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                output = self.folder / "result"
                output.mkdir(exist_ok=True)
                (output / "results.json").write_text("earlier")
                program, temporary = self.start_a_long_run()
                program.send_signal(number)
                program.communicate(timeout=30)
                self.assertEqual(program.returncode, -number)
                self.assertEqual(list(temporary.iterdir()), [])
                self.assertEqual([entry.name for entry in output.iterdir()], ["results.json"])
                self.assertEqual((output / "results.json").read_text(), "earlier")
                self.assertTrue(self.nothing_runs_in(temporary))

    # Fault: children outlive a harness that was killed, and the mount stays.
    # Pass: no process and no mount 30 s later (in fact at once).
    def test_children_do_not_outlive_a_killed_harness(self):
        program, temporary = self.start_a_long_run()
        program.kill()
        program.communicate(timeout=30)
        self.wait_until(lambda: self.nothing_runs_in(temporary), "something still runs")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
