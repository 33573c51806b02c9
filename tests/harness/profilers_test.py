"""Profilers on the bench and profiles brought as files, from outside: the command line.

Usage: profilers_test.py PATH_OF_PLUMBLINE SCHEMA; called by CTest. Scripts stand in for profilers;
real ones take part where they are on the machine. Judges no figure that depends on the machine.
"""

import csv
import json
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

import jsonschema

PLUMBLINE = pathlib.Path(sys.argv[1]).resolve()
SCHEMA = json.loads(pathlib.Path(sys.argv[2]).read_text())

FIXED = {
    "name": "fixed", "workers": 1, "rounds": 20, "oversubscribed": True,
    "endpoints": [{"name": "GET /", "steps": [
        {"category": "cpu", "iterations": 200000, "function": "build_report"},
        {"category": "cpu", "iterations": 100000, "function": "parse_rows"}]}],
}
# Runs the workload and then says what it was told to say: $1 output, $2 text, $3.. the workload.
STAND_IN = """#!/bin/sh
output=$1; text=$2; shift 2
"$@" || exit
printf "$text" > "$output"
"""
RIGHT = r"main;build_report 200\nmain;parse_rows 100\nmain;start_up 50\n"
SWAPPED = r"main;build_report 100\nmain;parse_rows 200\n"


class Bench(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.scenario = self.folder / "fixed.json"
        self.scenario.write_text(json.dumps(FIXED))
        self.result = self.folder / "result"

    def plumbline(self, *arguments):
        return subprocess.run([PLUMBLINE, *map(str, arguments)], capture_output=True, text=True,
                              check=False, cwd=self.folder, timeout=240)

    def script(self, name, text):
        file = self.folder / name
        file.write_text(text)
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return file

    def described(self, name, says, script=STAND_IN, **more):
        file = self.folder / f"{name}.json"
        command = [str(self.script(f"{name}.sh", script)), "{output}", says]
        file.write_text(json.dumps({"name": name, "command": command} | more))
        return file

    def run_under(self, *profilers, repeat=2):
        words = [word for name in profilers for word in ("--profiler", name)]
        ended = self.plumbline("run", "--scenario", self.scenario, "--repeat", repeat, "-o",
                               self.result, *words)
        self.skip_where_disturbed()
        return ended

    def skip_where_disturbed(self):
        """An invalid run is repeated or left out: then there are other runs than are asked for."""
        file = self.result / "results.json"
        runs = json.loads(file.read_text())["runs"] if file.exists() else []
        for run in runs:
            if run["machine"] == "invalid":
                self.skipTest(f"the machine was disturbed: {'; '.join(run['reasons'])}")

    def results(self):
        results = json.loads((self.result / "results.json").read_text())
        jsonschema.validate(results, SCHEMA)
        return results

    def standing(self, profiler):
        return next(row for row in self.results()["standings"] if row["profiler"] == profiler)

    def row(self, profiler):
        return next(row for row in self.results()["profilers"] if row["profiler"] == profiler)


class Adapters(Bench):
    def test_stand_ins_take_turns_and_are_told_apart(self):
        ended = self.run_under(self.described("true_one", RIGHT), self.described("wrong", SWAPPED),
                               "built-in", "bare")
        self.assertIn(ended.returncode, (0, 1, 3), ended)
        self.assertLess(self.standing("true_one")["max_points"], 5)
        self.assertGreater(self.standing("wrong")["max_points"], 25)
        self.assertGreater(self.standing("wrong")["rms_over_limit"], 5)
        self.assertEqual(self.standing("true_one")["samples"], 300)
        self.assertIsNotNone(self.standing("plumbline")["overhead_pct"])
        self.assertIsNone(self.standing("bare")["max_points"])
        # The same seeds, and another first in each round.
        runs = self.results()["runs"]
        for profiler in ("true_one", "wrong", "plumbline", "bare"):
            seeds = [run["seed"] for run in runs
                     if run["profiler"] == profiler and run["machine"] != "invalid"]
            self.assertEqual(seeds, [1, 2], profiler)
        started = [line.split(" under ")[1].split(":")[0] for line in ended.stderr.splitlines()
                   if ": run " in line]
        self.assertEqual(started[:5], ["true_one", "wrong", "plumbline", "bare", "wrong"])
        self.assertEqual(self.row("true_one")["claims"], ["functions"])  # counts, no period
        for name in ("true_one", "bare"):
            self.assertEqual({cell["verdict"] for cell in self.results()["cells"]
                              if cell["profiler"] == name}, {"not_offered"})
        self.assertIn("Profilers side by side", ended.stdout)
        with (self.result / "profilers.csv").open() as table:
            rows = {row["profiler"]: row for row in csv.DictReader(table)}
        self.assertGreater(float(rows["wrong"]["max_points"]), 25)
        for name in ("profilers.png", "profilers.svg"):
            self.assertGreater((self.result / name).stat().st_size, 1000)

    def test_missing_tool_is_one_line_and_no_failure(self):
        absent = self.folder / "absent.json"
        absent.write_text(json.dumps({"name": "absent", "command": ["no-such-profiler-at-all"]}))
        ended = self.run_under(absent, self.described("true_one", RIGHT, map=["period=1000000"]))
        self.assertNotEqual(ended.returncode, 2, ended)
        lines = [line for line in ended.stderr.splitlines() if "absent" in line]
        self.assertEqual(lines, ["absent: not on this machine: no program no-such-profiler-at-all"])
        self.assertEqual(self.row("absent")["state"], "missing")
        self.assertIn("absent: not on this machine", ended.stdout)
        self.assertEqual(self.row("true_one")["claims"], ["cpu", "functions"])

    def test_all_missing_is_77(self):
        absent = self.folder / "absent.json"
        absent.write_text(json.dumps({"name": "absent", "command": ["no-such-profiler-at-all"]}))
        ended = self.run_under(absent)
        self.assertEqual(ended.returncode, 77, ended)
        self.assertIn("no profiler that was asked for is on this machine", ended.stdout)

    def test_nothing_claimed_is_77_and_no_pass(self):
        ended = self.run_under("bare")
        summary = self.results()["summary"]
        unfit = summary["reason"].startswith("machine unfit")
        self.assertEqual(ended.returncode, 3 if unfit else 77, ended)
        self.assertEqual(summary["pass"], 0)

    def test_tool_that_fails_is_left_out_and_the_answer_stays_open(self):
        failures = {
            "fails": "#!/bin/sh\necho this is why >&2\nexit 9\n",
            "silent": '#!/bin/sh\nshift 2\n"$@"\n',
            "garbage": '#!/bin/sh\no=$1\nshift 2\n"$@"\nhead -c 300 /dev/zero > "$o"\n',
        }
        files = [self.described(name, "-", script) for name, script in failures.items()]
        ended = self.run_under(*files, self.described("true_one", RIGHT))
        self.assertIn(ended.returncode, (1, 3), ended)
        for name in failures:
            self.assertEqual(self.row(name)["state"], "failed", name)
            self.assertFalse([run for run in self.results()["runs"] if run["profiler"] == name])
        self.assertIn("this is why", self.row("fails")["reason"])
        self.assertIn("wrote no profile", self.row("silent")["reason"])
        self.assertEqual(self.standing("true_one")["runs"], 2)

    def test_only_profiler_that_fails_is_2_in_one_line(self):
        ended = self.run_under(self.described("fails", "-", "#!/bin/sh\nexit 9\n"))
        self.assertEqual(ended.returncode, 2, ended)
        self.assertEqual(len([line for line in ended.stderr.splitlines()
                              if line.startswith("plumbline: ")]), 1)

    def test_names_that_are_none_are_refused_before_anything_runs(self):
        broken = self.folder / "broken.json"
        broken.write_text('{"name": "x", "comand": ["y"]}')
        for names, word in ((["nonsense"], "gperftools"), ([broken], "comand"),
                            (["bare", "bare"], "twice"), (["built-in:clock"], "clock")):
            ended = self.run_under(*names)
            self.assertEqual(ended.returncode, 2, ended)
            self.assertIn(word, ended.stderr)
            self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)

    def test_real_profilers_where_they_are(self):
        names = ("perf", "perf-dwarf", "gperftools", "uftrace", "built-in:clock=timer")
        ended = self.run_under(*names, repeat=1)
        self.assertIn(ended.returncode, (0, 1, 3), ended)
        missing = []
        for name in names[:4]:
            row = self.row(name)
            if row["state"] == "missing":
                missing.append(f"{name}: {row['reason']}")
                continue
            self.assertEqual(row["state"], "judged", row)
            claims = ["functions"] if name == "uftrace" else ["cpu", "functions"]
            self.assertEqual(row["claims"], claims, name)
            # It saw the two functions: a profile that it could not read would have neither.
            shares = [f["attributed_share"] for f in self.results()["functions"]
                      if f["profiler"] == name]
            self.assertEqual(len(shares), 2)
            self.assertAlmostEqual(sum(shares), 1, places=6)
            self.assertTrue(all(share > 0 for share in shares), (name, shares))
        self.assertEqual(self.row("plumbline:clock=timer")["state"], "judged")
        if missing:
            self.skipTest("; ".join(missing))


class Score(Bench):
    def ledger(self):
        self.run_under("bare", repeat=1)
        return next((self.result / "recordings").glob("*.plumbledger"))

    def profile(self, name, text):
        file = self.folder / name
        file.write_text(text)
        return file

    def test_folded_profile_is_scored_over_the_whole_process(self):
        profile = self.profile("a.folded", "main;build_report 200\nmain;parse_rows 100\n")
        ended = self.plumbline("score", "--ledger", self.ledger(), "--profile", profile, "--json")
        results = json.loads(ended.stdout)
        jsonschema.validate(results, SCHEMA)
        unfit = results["summary"]["reason"].startswith("machine unfit")
        # Shares inform, nothing else is offered.
        self.assertEqual(ended.returncode, 3 if unfit else 77, ended)
        shares = {row["function"]: row["attributed_share"] for row in results["functions"]}
        self.assertAlmostEqual(shares["build_report"], 2 / 3, places=6)
        self.assertEqual(results["profilers"][0]["claims"], ["functions"])

    def test_period_makes_totals_of_counts_and_wrong_ones_fail(self):
        ledger = self.ledger()
        profile = self.profile("a.folded", "main;build_report 200\nmain;parse_rows 100\n")
        ended = self.plumbline("score", "--ledger", ledger, "--ledger", ledger,
                               "--profile", profile, "--profile", profile,
                               "--map", "period=1", "--name", "mine")
        unfit = "machine unfit" in ended.stdout
        self.assertEqual(ended.returncode, 3 if unfit else 1, ended)  # 300 ns of CPU
        self.assertIn("fixed under mine: 2 runs", ended.stdout)
        self.assertIn("(whole process)", ended.stdout)
        self.assertIn("not offered: lock", ended.stdout)

    def test_input_that_is_none_is_2_in_one_line(self):
        ledger = self.ledger()
        good = self.profile("a.folded", "main;build_report 200\n")
        bad = self.profile("bad", "\0\1\2 nothing known")
        cut = self.profile("cut.prof", "")
        cut.write_bytes(b"\0" * 8 + b"\3" + b"\0" * 15 + b"\xe8\3")
        for arguments in (("--ledger", ledger, "--profile", bad),
                          ("--ledger", ledger, "--profile", cut),
                          ("--ledger", good, "--profile", good),
                          ("--ledger", ledger, "--profile", self.folder / "none"),
                          ("--ledger", ledger, "--ledger", ledger, "--profile", good),
                          ("--ledger", ledger, "--profile", good, "--map", "wall=time"),
                          ("--ledger", ledger)):
            ended = self.plumbline("score", *arguments)
            self.assertEqual(ended.returncode, 2, ended)
            self.assertEqual(ended.stdout, "")
            self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
