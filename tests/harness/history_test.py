"""`plumbline history` from outside: adding, two writers at once, damaged files, exports, figures.

Usage: history_test.py PATH_OF_PLUMBLINE; called by CTest.
"""

import csv
import io
import json
import pathlib
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

from results_of_tests import Commands, add_error, result


class History(Commands):
    plumbline = pathlib.Path(sys.argv[1])

    def history(self, *arguments):
        return self.run_plumbline("history", *arguments)

    def add(self, *numbers, change=lambda results: None):
        files = [self.write(f"r{number}", result(number, change)) for number in numbers]
        return self.history("add", *files)

    def listed(self, *arguments):
        return [entry["result"] for entry in json.loads(
            self.history("list", "--json", *arguments).stdout)]


class Adding(History):
    def test_a_result_is_added_once(self):
        first = self.add(1, 2)
        self.assertEqual((first.returncode, first.stdout), (0, ""), first)
        self.assertIn("r1.json: added", first.stderr)
        self.assertIn("r1.json: was there", self.add(1).stderr)
        self.assertEqual(self.listed(), ["result-1", "result-2"])
        self.assertTrue((self.folder / "results" / "history.sqlite").exists())

    def test_filters(self):
        self.add(1, 2)
        self.add(30, change=lambda results: results["environment"].update(cpus=64, git="abc"))
        self.assertEqual(self.listed("--last", "1"), ["result-30"])
        self.assertEqual(self.listed("--until", "2026-10-05"), ["result-1", "result-2"])
        self.assertEqual(self.listed("--machine", "*-64cpu-*"), ["result-30"])
        self.assertEqual(self.listed("--git", "abc"), ["result-30"])
        self.assertEqual(self.listed("--name", "nothing"), [])

    # Fault: two jobs that end together lose a result, or one of them fails.
    # Pass: two programs add 20 results each, half of them the same, to a file that is new to both.
    def test_two_writers_at_once(self):
        for number in range(30):
            self.write(f"r{number}", result(number))
        writers = [subprocess.Popen(
            [self.plumbline, "history", "--db", "h.sqlite", "add",
             *(f"r{number}.json" for number in range(begin, begin + 20))],
            cwd=self.folder, stderr=subprocess.PIPE, text=True) for begin in (0, 10)]
        for writer in writers:
            _, errors = writer.communicate(timeout=120)
            self.assertEqual(writer.returncode, 0, errors)
        self.assertEqual(len(self.listed("--db", "h.sqlite")), 30)

    def test_what_has_no_place_is_refused(self):
        old = self.write("old", result(1, lambda results: results.pop("provenance")))
        part = self.write("part", result(2, lambda results: results["provenance"].update(
            shard={"index": 1, "total": 2})))
        self.assert_refused(self.history("add", old), "old.json")
        self.assert_refused(self.history("add", part), "shard 1/2", "merge")


class Files(History):
    def test_a_file_that_is_missing_cut_or_another_s_is_refused(self):
        self.assert_refused(self.history("list"), "history.sqlite", "history add")
        self.add(*range(20))
        file = self.folder / "results" / "history.sqlite"
        whole = file.read_bytes()
        for left in (50, 4096, len(whole) // 2, len(whole) - 4096):
            file.write_bytes(whole[:left])
            for arguments in (("list",), ("add", self.folder / "r1.json"), ("export",)):
                with self.subTest(left=left, arguments=arguments):
                    self.assert_refused(self.history(*arguments), "history.sqlite")
        file.write_bytes(b"not a database at all" * 1000)
        self.assert_refused(self.history("list"), "history.sqlite")
        self.assert_refused(self.history("--db", "/dev/null/x", "add", self.folder / "r1.json"),
                            "/dev/null/x")

    def test_wrong_usage_is_2(self):
        for arguments in ((), ("add",), ("nonsense",), ("export", "--as", "yaml"),
                          ("list", "--last", "0")):
            with self.subTest(arguments):
                self.assert_refused(self.history(*arguments))


class Exports(History):
    def test_csv_and_json_hold_the_same_figures(self):
        self.add(1, 2)
        rows = list(csv.DictReader(io.StringIO(self.history("export").stdout, newline="")))
        figures = json.loads(self.history("export", "--as", "json").stdout)
        self.assertEqual(len(rows), len(figures))
        self.assertGreater(len(rows), 10)
        for row, figure in zip(rows, figures):
            self.assertEqual(row["figure"], figure["figure"])
            self.assertAlmostEqual(float(row["value"]), figure["value"])
        one = self.history("export", "--kind", "cell", "--figure", "cpu", "--last", "1", "-o",
                           "cpu.csv")
        self.assertEqual((one.returncode, one.stdout), (0, ""), one)
        with (self.folder / "cpu.csv").open(newline="") as stream:
            self.assertEqual({row["figure"] for row in csv.DictReader(stream)}, {"cpu"})

    def test_names_are_no_formulas(self):
        def hostile(results):
            for cell in results["cells"]:
                cell["endpoint"] = "=cmd|'/c calc'!A1"
        self.add(1, change=hostile)
        self.assertIn("\"'=cmd", self.history("export").stdout)
        self.history("plot", "-o", "figures")
        for file in (self.folder / "figures").glob("*.csv"):
            self.assertNotIn(",=cmd", file.read_text())


class Plot(History):
    def shifted(self):
        files = [self.write(f"r{n}", result(n, lambda results, n=n: add_error(
            results, 30_000_000 + 100_000 * (n * 7 % 5) if n >= 9 else 100_000 * (n % 4))))
            for n in range(16)]
        self.history("add", *files)

    def test_the_change_is_found_said_and_drawn(self):
        self.shifted()
        ended = self.history("plot", "--kind", "cell", "-o", "figures")
        self.assertEqual(ended.returncode, 0, ended)
        self.assertIn("2026-10-10T08:00:00Z", ended.stdout)
        self.assertIn("socket", ended.stdout)
        self.assertNotIn(" cpu (", ended.stdout)
        drawn = [line.removeprefix("figure: ") for line in ended.stderr.splitlines()]
        self.assertEqual({pathlib.Path(name).suffix for name in drawn}, {".png", ".svg", ".csv"})
        for name in drawn:
            file = self.folder / name
            self.assertGreater(file.stat().st_size, 1000)
            if file.suffix == ".svg":
                ElementTree.parse(file)
            if file.suffix == ".csv":
                with file.open(newline="") as stream:
                    changes = [row for row in csv.DictReader(stream) if row["change_p"]]
                self.assertTrue(changes)
                self.assertEqual({row["figure"] for row in changes}, {"socket"})
                self.assertEqual({row["started"] for row in changes}, {"2026-10-10T08:00:00Z"})

    def test_equal_histories_give_equal_answers(self):
        self.shifted()
        self.assertEqual(self.history("plot", "--json", "-o", "a").stdout,
                         self.history("plot", "--json", "-o", "b").stdout)

    def test_nothing_to_draw_is_2(self):
        self.add(1)
        self.assert_refused(self.history("plot", "--scenario", "none"), "no such figures")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
