"""`plumbline compare` from outside: exit codes, unlike machines, baselines.

Usage: compare_test.py PATH_OF_PLUMBLINE; called by CTest.
"""

import json
import pathlib
import sys
import unittest

from results_of_tests import Commands, add_error, result, with_runs


def steady(number, change=lambda results: None):
    def both(results):
        with_runs(results, 8)
        change(results)
    return result(number, both)


class Compare(Commands):
    plumbline = pathlib.Path(sys.argv[1])

    def test_nothing_worse_is_0_and_something_is_1(self):
        a = self.write("a", steady(1))
        worse = self.write("b", steady(2, lambda results: add_error(results, 40_000_000)))
        same = self.run_plumbline("compare", a, self.write("same", steady(3)))
        self.assertEqual((same.returncode, same.stderr), (0, ""), same)
        ended = self.run_plumbline("compare", a, worse)
        self.assertEqual(ended.returncode, 1, ended)
        self.assertIn("socket (ms)", ended.stdout)
        self.assertNotIn("cpu (ms)", ended.stdout)  # the same: not shown
        self.assertIn("cpu (ms)", self.run_plumbline("compare", a, worse, "--all").stdout)
        self.assertEqual(self.run_plumbline("compare", worse, a).returncode, 0)
        self.assertIn("better", self.run_plumbline("compare", worse, a).stdout)

    def test_json_has_every_row(self):
        a = self.write("a", steady(1))
        worse = self.write("b", steady(2, lambda results: add_error(results, 40_000_000)))
        ended = self.run_plumbline("compare", a, worse, "--json")
        comparison = json.loads(ended.stdout)
        self.assertEqual(comparison["exit_code"], ended.returncode)
        self.assertEqual(comparison["worse"],
                         sum(row["outcome"] == "worse" for row in comparison["rows"]))
        self.assertTrue(all(row["figure"] == "socket" for row in comparison["rows"]
                            if row["outcome"] == "worse"))

    def test_folders_are_as_good_as_files(self):
        for name in ("x", "y"):
            (self.folder / name).mkdir()
            (self.folder / name / "results.json").write_text(json.dumps(steady(1)))
        self.assertEqual(self.run_plumbline("compare", "x", "y").returncode, 0)

    def test_one_run_is_3(self):
        one = [self.write(name, result(1, lambda results: with_runs(results, 1)))
               for name in ("a", "b")]
        ended = self.run_plumbline("compare", *one)
        self.assertEqual(ended.returncode, 3, ended)
        self.assertIn("undecided", ended.stdout)

    def test_rows_that_are_gone_are_3_unless_allowed(self):
        a = self.write("a", steady(1))
        less = self.write("less", steady(2, lambda results: results["cells"].pop(0)))
        ended = self.run_plumbline("compare", a, less)
        self.assertEqual(ended.returncode, 3, ended)
        self.assertIn("only in A (1)", ended.stdout)
        self.assertEqual(self.run_plumbline("compare", a, less, "--allow-missing").returncode, 0)
        self.assertIn("only in B (1)", self.run_plumbline("compare", less, a).stdout)

    def test_unlike_machines_and_settings_are_refused_unless_forced(self):
        a = self.write("a", steady(1))
        for word, change in (
                ("cpus: 2 and 64", lambda results: results["environment"].update(cpus=64)),
                ("cpu_model", lambda results: results["environment"].update(cpu_model="other")),
                ("kernel", lambda results: results["environment"].update(kernel="Linux 7.0")),
                ("virtualized", lambda results: results["environment"].update(virtualized=False)),
                ("clock", lambda results: results["environment"].update(clock="hpet")),
                ("hz", lambda results: results["environment"].update(hz=1000)),
                ("rate_hz: 1000 and 99",
                 lambda results: results["provenance"]["settings"].update(rate_hz="99")),
                ("unlike machines",
                 lambda results: results["provenance"].update(mixed_machines=True))):
            with self.subTest(word):
                b = self.write("b", steady(2, change))
                self.assert_refused(self.run_plumbline("compare", a, b), word, "--force-unlike")
                forced = self.run_plumbline("compare", a, b, "--force-unlike")
                self.assertEqual(forced.returncode, 0, forced)
                self.assertIn(word, forced.stderr)

    def test_wrong_usage_and_unusable_results_are_2(self):
        a = self.write("a", steady(1))
        broken = self.write("broken", steady(2, lambda results: results.pop("cells")))
        for arguments in ((), (a,), (a, a, a), (a, a, "--baseline"), (a, "none"), (a, broken),
                          (a, a, "--least-change", "-1")):
            with self.subTest(arguments):
                self.assert_refused(self.run_plumbline("compare", *arguments))


class Baselines(Commands):
    plumbline = pathlib.Path(sys.argv[1])

    def test_a_baseline_is_saved_found_and_replaced(self):
        a = self.write("a", steady(1))
        worse = self.write("b", steady(2, lambda results: add_error(results, 40_000_000)))
        self.assert_refused(self.run_plumbline("compare", "--baseline", a), "no baseline")
        saved = self.run_plumbline("compare", "--save-baseline", a)
        self.assertEqual((saved.returncode, saved.stdout), (0, ""), saved)
        files = list((self.folder / "results" / "baseline").glob("linux-6.1-2cpu-virtual-*/*"))
        self.assertEqual([file.name for file in files], ["fixture.json"])
        self.assertEqual(self.run_plumbline("compare", "--baseline", a).returncode, 0)
        both = self.run_plumbline("compare", "--baseline", "--save-baseline", worse)
        self.assertEqual(both.returncode, 1, both)  # compared with the earlier one
        self.assertEqual(self.run_plumbline("compare", "--baseline", worse).returncode, 0)

    def test_another_machine_has_another_baseline(self):
        a = self.write("a", steady(1))
        other = self.write("o", steady(2, lambda r: r["environment"].update(cpus=64)))
        self.run_plumbline("compare", "--save-baseline", a)
        self.assert_refused(self.run_plumbline("compare", "--baseline", other), "64cpu")

    def test_a_shard_becomes_no_baseline(self):
        part = self.write("p", steady(
            1, lambda r: r["provenance"].update(shard={"index": 1, "total": 2})))
        self.assert_refused(self.run_plumbline("compare", "--save-baseline", part), "shard 1/2")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
