"""plot.py as a program: what it writes, says and refuses, whatever results.json holds.

Usage: plot_program_test.py FOLDER_OF_PLOTS FIXTURE_FOLDER; called by CTest.
"""

import csv
import json
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

# First: it puts the plots on the path.
from drawn_figures import FIXTURE, PLOTS, SWEEP, drawn, run_plot, texts

import matplotlib
import confusion
from results import ResultsError, read_results


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_writes_png_and_svg_of_each_figure(self):
        shutil.copy(FIXTURE / "results.json", self.folder)
        names = [pathlib.Path(line).name for line in run_plot(self.folder, expect=0).stdout.split()]
        expected = [f"fixture-plumbline-{figure}.{kind}" for figure in
                    ("parity", "bias", "heat-map", "confusion", "span-length")
                    for kind in ("png", "svg", "csv")]
        self.assertEqual(names, expected)
        for name in names:
            least = 100 if name.endswith(".csv") else 5000
            self.assertGreater((self.folder / name).stat().st_size, least)
        # Names are data: the two dollar signs in the endpoint's name are no formula.
        svg = (self.folder / "fixture-plumbline-heat-map.svg").read_text()
        self.assertIn("GET /cost?in=$5&amp;to=$9", svg)

    def test_equal_results_give_equal_files(self):
        shutil.copy(FIXTURE / "results.json", self.folder)
        run_plot(self.folder, expect=0)
        first = {file.name: file.read_bytes() for file in self.folder.iterdir()}
        run_plot(self.folder, expect=0)
        self.assertEqual(first, {file.name: file.read_bytes() for file in self.folder.iterdir()})

    def test_complains_in_one_line(self):
        faults = {"no file": None, "not JSON": "{", "not a result": json.dumps({"schema": "x"})}
        for name, text in faults.items():
            with self.subTest(name):
                if text is not None:
                    (self.folder / "results.json").write_text(text)
                ended = run_plot(self.folder, expect=2)
                self.assertEqual(ended.stdout, "")
                self.assertEqual(ended.stderr.count("\n"), 1)
                self.assertIn("results.json", ended.stderr)

    def test_says_what_to_install_when_matplotlib_is_missing(self):
        hidden = self.folder / "matplotlib.py"
        hidden.write_text("raise ImportError('hidden by a test')\n")
        ended = subprocess.run([sys.executable, PLOTS / "plot.py", FIXTURE], capture_output=True,
                               text=True, check=False, env={"PYTHONPATH": str(self.folder)})
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("apt install python3-matplotlib", ended.stderr)


class Hostile(unittest.TestCase):
    """results.json is anybody's file: refused in one line or drawn, whatever its names."""

    NAMES = ("nul\0byte", "\x1b]0;owned\x07", "<script>alert(1)</script>", "]]>", "-- x -->",
             "line\nbreak", "\u202eright to left", "\ufffe", "=cmd|'/c calc'!A1", "\ud800",
             "$\\frac{1}{0}$", "../../etc/passwd", "x" * 60_000, "\u6f22\U0001f600")

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, text):
        (self.folder / "results.json").write_text(text)

    def hostile(self):
        results = json.loads((FIXTURE / "results.json").read_text())
        row = results["cells"][0]
        results["cells"] = [dict(row, endpoint=name) for name in self.NAMES]
        results["cells"] += [dict(row, scenario=name) for name in self.NAMES[2::4]]
        results["confusion"] += [dict(results["confusion"][0], reported_category=name)
                                 for name in self.NAMES]
        results["functions"] += [dict(results["functions"][0], endpoint=name, function=name)
                                 for name in self.NAMES]
        results["sweeps"] = [SWEEP | {"parameter": name} for name in self.NAMES[:3]]
        return results

    def test_hostile_names_are_drawn_and_obeyed_nowhere(self):
        self.write(json.dumps(self.hostile()))
        ended = run_plot(self.folder, expect=0)
        self.assertEqual(ended.stderr, "")
        files = list(self.folder.iterdir())
        self.assertEqual(len(files), 1 + len(ended.stdout.splitlines()))
        for file in files:
            if file.suffix == ".svg":
                ElementTree.parse(file)  # XML still
                self.assertNotIn(b"<script", file.read_bytes())
            if file.suffix == ".csv":
                with file.open(newline="", encoding="utf-8") as stream:
                    for row in csv.reader(stream, strict=True):
                        for field in row:
                            self.assertTrue(all(c.isprintable() for c in field), row)
                            if not re.fullmatch(r"-?[0-9.]+(e[+-]?\d+)?", field):
                                self.assertNotRegex(field, '^[ "]*[=+@-]')

    def test_what_is_no_result_is_one_line(self):
        whole = (FIXTURE / "results.json").read_text()
        results = json.loads(whole)
        faults = {
            "NaN": whole.replace('"error_ns": 15000000.0', '"error_ns": NaN', 1),
            "infinite": whole.replace('"error_ns": 15000000.0', '"error_ns": 1e999', 1),
            "deep": '{"cells":' + "[" * 1_000_000,
            "no cells": json.dumps({"schema": "plumbline.results/1"}),
            "cells of texts": json.dumps(results | {"cells": ["x"]}),
            "no section": json.dumps(results | {"cells": [{}]}),
            "a list of lists": json.dumps(results | {"cells": [[1, 2]]}),
            "texts for numbers": json.dumps(results | {
                "cells": [dict(results["cells"][0], error_ns="much", truth_lo_ns="x")]}),
        }
        for name, text in faults.items():
            with self.subTest(name):
                self.assertNotEqual(text, whole)
                self.write(text)
                ended = run_plot(self.folder, expect=2)
                self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
                self.assertIn("results.json", ended.stderr)

    # Fault: a file of a gigabyte, or a figure of a million rows, takes all memory.
    # Pass: refused within 2 GB of address space; of 5,000 cells the 120 worst are drawn.
    def test_size_is_bounded(self):
        with (self.folder / "results.json").open("wb") as stream:
            stream.truncate(10**9)
        ended = subprocess.run(
            [sys.executable, PLOTS / "plot.py", self.folder], capture_output=True, text=True,
            check=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)))
        self.assertEqual(ended.returncode, 2, ended.stderr)
        self.assertIn("1000000000 bytes", ended.stderr)
        results = json.loads((FIXTURE / "results.json").read_text())
        row = results["cells"][0]
        results["cells"] = [dict(row, endpoint=f"GET /{i}", error_pp=i / 100) for i in range(5000)]
        self.write(json.dumps(results))
        run_plot(self.folder, expect=0)
        lines = (self.folder / "fixture-plumbline-bias.csv").read_text().splitlines()
        self.assertEqual(len(lines), 121)
        self.assertIn("GET /4999", lines[-1])


class Reading(unittest.TestCase):
    def test_refuses_another_version(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "results.json").write_text('{"schema": "plumbline.results/9"}')
            with self.assertRaises(ResultsError):
                read_results(pathlib.Path(folder))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main(argv=sys.argv[:1], verbosity=1)
