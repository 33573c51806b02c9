"""The figures, drawn from a fixture and looked at through matplotlib's own objects.

Usage: plots_test.py FOLDER_OF_PLOTS FIXTURE_FOLDER; called by CTest.
"""

import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

# First: it puts the plots on the path.
from drawn_figures import FIXTURE, PLOTS, SWEEP, drawn, fixture_cells, run_plot, texts

from matplotlib.figure import Figure
import confusion
import span_length
from bias import draw_bias
from coverage import draw_coverage, half_widths_off
from figure_data import defused
from heat_map import draw_heat_map
from overhead import cpu_rows, draw_cost, draw_pareto, error_points
from parity import draw_parity
from profilers import compared, draw_largest, draw_ratio
from results import read_results
from sweep import draw_sweep


class Figures(unittest.TestCase):
    def test_every_figure_tells_its_number_of_runs(self):
        for draw in (draw_parity, draw_bias, draw_heat_map):
            self.assertIn("n = 3 runs", drawn(draw).get_title())

    def test_parity_draws_truth_against_attributed_in_ms(self):
        axes = drawn(draw_parity)
        self.assertEqual(axes.get_xscale(), "log")
        self.assertEqual(axes.get_yscale(), "log")
        self.assertIn("ms", axes.get_xlabel())
        points = {(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.get_lines()
                  if len(line.get_xdata()) == 1}
        self.assertIn((500.0, 515.0), points)  # CPU
        self.assertNotIn((0.0, 0.0), points)  # a truth of 0 has no logarithm

    def test_bias_shows_the_tolerance_and_counts_what_it_leaves_out(self):
        axes = drawn(draw_bias)
        self.assertIn("1 vacuous cells left out", axes.get_xlabel())
        bars = [(bar.get_x(), bar.get_width()) for bar in axes.patches]
        self.assertTrue(any(abs(x + 1) < 1e-9 and abs(width - 2) < 1e-9 for x, width in bars))
        labels = [label.get_text() for label in axes.get_yticklabels()]
        self.assertTrue(labels[-1].endswith("CPU"))  # on top
        self.assertTrue(any(label.endswith("Uncategorized *") for label in labels))

    def test_heat_map_marks_what_did_not_pass(self):
        axes = drawn(draw_heat_map)
        fields = texts(axes)
        self.assertTrue(any("+0.750" in text and "FAIL" in text for text in fields))
        self.assertTrue(any(text.endswith("?") for text in fields))
        self.assertTrue(any("(vacuous)" in text for text in fields))

    def test_skipped_cells_are_not_drawn_as_zeros(self):
        self.assertNotIn("file", {cell["category"] for cell in fixture_cells()})


class Confusion(unittest.TestCase):
    ROWS = read_results(FIXTURE)["confusion"]

    def test_a_row_adds_up_to_what_was_true(self):
        share = confusion.shares(self.ROWS)
        self.assertAlmostEqual(share["lock", "lock"], 100 * 900 / 901)
        self.assertAlmostEqual(share["lock", "cpu"], 100 / 901)
        self.assertEqual(confusion.data(self.ROWS)[1][:5],
                         ["fixture", "plumbline", "lock", "cpu", 1e6])

    def test_tells_runs_and_shows_share_and_time(self):
        axes = Figure().add_subplot()
        confusion.draw_confusion(axes, self.ROWS, 3)
        self.assertIn("n = 3 runs", axes.get_title())
        self.assertTrue(any("0.111 %" in text and "1.00 ms" in text for text in texts(axes)))
        self.assertEqual([label.get_text() for label in axes.get_xticklabels()],
                         ["CPU", "Monitor enter (lock)"])


class SpanLength(unittest.TestCase):
    ROWS = read_results(FIXTURE)["functions"]

    def test_points_have_their_errors_and_the_law_falls_with_the_root(self):
        axes = Figure().add_subplot()
        span_length.draw_span_length(axes, self.ROWS, 3)
        points = axes.containers[0].lines[0]
        self.assertEqual(list(points.get_xdata()), [20, 20, 80])
        self.assertEqual([round(y, 6) for y in points.get_ydata()], [1, 1.5, 0.1])
        (law,) = [line for line in axes.get_lines() if len(line.get_xdata()) == 51]
        xs, ys = law.get_xdata(), law.get_ydata()
        self.assertAlmostEqual(ys[0] / ys[-1], (xs[-1] / xs[0]) ** 0.5)
        # 75 samples a ms: 1,500 in 20 ms, of which a share of a half is known to 2.53 points.
        self.assertAlmostEqual(ys[0] * (xs[0] / 20) ** 0.5, 196 * 0.5 / 1500 ** 0.5)
        self.assertIn("n = 3 runs, 1500 to 6000 samples", axes.get_title())
        # Texts are no formulas (plot.py), so the axis must not write its ticks as one.
        self.assertNotIn("$", "".join(label.get_text() for label in axes.get_xticklabels()))

    def test_rows_without_samples_or_length_are_not_drawn(self):
        rows = [dict(self.ROWS[0], samples=0), dict(self.ROWS[0], span_wall_ns=None),
                dict(self.ROWS[0], sampling_limit=None)]
        self.assertEqual(span_length.shown(rows), [])
        span_length.draw_span_length(Figure().add_subplot(), rows, 3)


class Data(unittest.TestCase):
    # Fault: a spreadsheet opens the data of a figure and runs a name in it.
    # Pass: every text that begins like a formula has an apostrophe in front; numbers stay.
    def test_no_field_is_a_formula(self):
        for text in ("=cmd|'/c calc'!A1", "+1", "-2+3", "@SUM(1)", " =1", "\t=1", "\uFF1D1"):
            self.assertEqual(defused(text), "'" + text)
        self.assertEqual([defused(value) for value in (-1.5, None, "GET /", "")],
                         [-1.5, "", "GET /", ""])


class Sweep(unittest.TestCase):

    def test_draws_the_points_that_have_an_error_over_a_logarithmic_axis(self):
        axes = Figure().add_subplot()
        draw_sweep(axes, SWEEP, [3, 3, 2])
        self.assertEqual(list(axes.get_lines()[0].get_xdata()), [10, 100])
        self.assertEqual(list(axes.get_lines()[0].get_ydata()), [-40.0, -4.0])
        self.assertIn("1 without an error", axes.get_title())
        self.assertIn("2 to 3 runs each", axes.get_title())
        self.assertEqual(axes.get_xlabel(), "length, us")

    def test_marks_the_breaking_point(self):
        axes = Figure().add_subplot()
        draw_sweep(axes, SWEEP, [3, 3, 2])
        self.assertIn([10, 10], [list(line.get_xdata()) for line in axes.get_lines()])

    def test_is_written_with_its_points_as_csv(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        results = json.loads((FIXTURE / "results.json").read_text()) | {"sweeps": [SWEEP]}
        (folder / "results.json").write_text(json.dumps(results))
        names = {pathlib.Path(line).name for line in run_plot(folder, expect=0).stdout.split()}
        self.assertLessEqual({f"waits-plumbline-sweep.{kind}" for kind in ("png", "svg", "csv")},
                             names)
        lines = (folder / "waits-plumbline-sweep.csv").read_text().splitlines()
        self.assertEqual(lines[:2], ["value,error_pct,ci95_lo,ci95_hi", "10,-40.0,-45.0,-35.0"])


def standing(profiler, ratio, largest, **more):
    return {"scenario": "lockstep", "profiler": profiler, "runs": 5, "samples": 900.0,
            "rate_hz": 1000.0, "max_points": largest, "rms_points": 1.0, "limit_points": 1.0,
            "rms_over_limit": ratio, "ci95_over_limit": [0.0, 2 * ratio] if ratio else None,
            "overhead_pct": None, "ci95_overhead_pct": None, "losses": 3} | more


class Profilers(unittest.TestCase):
    STANDINGS = [standing("ours", 1.0, 2.0), standing("peer$1 $2", 15.0, 63.0),
                 standing("traced", None, 0.1, samples=0.0), standing("bare", None, None),
                 standing("alone", 1.0, 1.0, scenario="other")]

    def test_what_has_nothing_beside_it_or_no_figure_is_left_out(self):
        shown = compared({"standings": self.STANDINGS})
        self.assertEqual([row["profiler"] for row in shown], ["ours", "peer$1 $2", "traced"])
        self.assertEqual(compared({}), [])

    def test_tells_runs_samples_and_losses_and_orders_from_above(self):
        shown = compared({"standings": self.STANDINGS})
        axes = Figure().add_subplot()
        draw_ratio(axes, shown)
        labels = [label.get_text() for label in axes.get_yticklabels()]
        self.assertIn("ours", labels[-1])
        self.assertIn("n = 5 runs, 900 samples, lost 3", labels[-1])
        self.assertIn("no samples", labels[0])
        points = {line.get_xdata()[0] for line in axes.get_lines() if len(line.get_xdata()) == 1}
        self.assertLessEqual({1.0, 15.0}, points)
        self.assertEqual(axes.get_xscale(), "log")

    def test_draws_the_largest_error(self):
        axes = Figure().add_subplot()
        draw_largest(axes, compared({"standings": self.STANDINGS}))
        self.assertEqual([bar.get_width() for bar in axes.patches], [0.1, 63.0, 2.0])

    def test_is_written_with_its_table_as_csv(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        results = json.loads((FIXTURE / "results.json").read_text()) | {
            "standings": self.STANDINGS,
            "profilers": [{"profiler": "ours", "not_offered": ["spans", "lock"]}]}
        (folder / "results.json").write_text(json.dumps(results))
        names = {pathlib.Path(line).name for line in run_plot(folder, expect=0).stdout.split()}
        self.assertLessEqual({f"profilers.{kind}" for kind in ("png", "svg", "csv")}, names)
        lines = (folder / "profilers.csv").read_text().splitlines()
        self.assertEqual(lines[1],
                         "lockstep,ours,5,900.0,1000.0,2.0,1.0,1.0,1.0,0.0,2.0,,,,3,spans lock")
        self.assertEqual(len(lines), 4)
def overhead_row(profiler, rate_hz, ratio, ci95, measure="cpu"):
    return {"scenario": "fixed_work", "profiler": profiler, "rate_hz": rate_hz, "unit": "ns",
            "measure": measure, "bare": 1e9, "profiled": 1e9, "ratio": ratio, "ci95": ci95,
            "detectable": 0.01, "limit": None, "verdict": "vacuous",
            "per_round": [{"bare": 1e9, "profiled": 1e9}] * 20}


class Overhead(unittest.TestCase):
    ROWS = [overhead_row("plumbline", 0, 1.0, [0.99, 1.01]),
            overhead_row("plumbline", 1000, 1.05, [1.04, 1.06]),
            overhead_row("perf", 1000, 1.08, None),
            overhead_row("plumbline", 1000, 1.5, [1.4, 1.6], measure="lock"),
            overhead_row("gperftools", 1000, None, None)]

    def drawn(self, draw):
        axes = Figure().add_subplot()
        draw(axes, cpu_rows({"overhead": self.ROWS}))
        return axes

    def test_shows_fixed_cpu_work_alone(self):
        self.assertEqual(len(cpu_rows({"overhead": self.ROWS})), 3)

    def test_cost_is_the_change_over_the_rate(self):
        axes = self.drawn(draw_cost)
        points = {(round(line.get_xdata()[0]), round(line.get_ydata()[0], 6))
                  for line in axes.get_lines() if len(line.get_xdata()) == 1}
        self.assertLessEqual({(0, 0.0), (1000, 5.0), (1000, 8.0)}, points)
        self.assertIn("n = 20 rounds", axes.get_title())

    def test_pareto_sets_the_cost_against_the_error_that_it_buys(self):
        self.assertAlmostEqual(error_points(1000), 0.98)  # 1.96 sqrt(0.25 / 10,000)
        axes = self.drawn(draw_pareto)
        points = {(round(line.get_xdata()[0], 6), round(line.get_ydata()[0], 6))
                  for line in axes.get_lines() if len(line.get_xdata()) == 1}
        self.assertIn((0.98, 5.0), points)
        self.assertNotIn("0 Hz", texts(axes))  # does not sample: has no error
        self.assertIn("1000 Hz", texts(axes))

    def test_is_written_with_its_points_as_csv(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        results = json.loads((FIXTURE / "results.json").read_text()) | {"overhead": self.ROWS}
        (folder / "results.json").write_text(json.dumps(results))
        names = {pathlib.Path(line).name for line in run_plot(folder, expect=0).stdout.split()}
        self.assertLessEqual({"fixed_work-overhead.png", "fixed_work-overhead.svg",
                              "fixed_work-overhead-pareto.png", "fixed_work-overhead.csv"}, names)
        lines = (folder / "fixed_work-overhead.csv").read_text().splitlines()
        self.assertEqual(len(lines), 4)
        self.assertTrue(lines[2].startswith("plumbline,1000,5.0"))


class Coverage(unittest.TestCase):
    HEADER = "scenario,profiler,endpoint,category,block,lo_ns,hi_ns,held_out_mean_ns,covers\n"

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def run_coverage(self, text, *, expect):
        (self.folder / "coverage.csv").write_text(text)
        ended = subprocess.run([sys.executable, PLOTS / "coverage.py", self.folder],
                               capture_output=True, text=True, check=False)
        self.assertEqual(ended.returncode, expect, ended)
        return ended

    def test_distance_is_in_half_widths(self):
        row = {"lo_ns": -1.0, "hi_ns": 3.0, "held_out_mean_ns": 2.0}
        self.assertEqual(half_widths_off(row), 0.5)
        self.assertEqual(half_widths_off(row | {"held_out_mean_ns": 1e9}), 3.0)
        self.assertEqual(half_widths_off(row | {"lo_ns": 3.0, "held_out_mean_ns": 3.0}), 0.0)
        self.assertEqual(half_widths_off(row | {"lo_ns": 3.0, "held_out_mean_ns": 2.0}), -3.0)

    def test_tells_how_many_cover(self):
        axes = Figure().add_subplot()
        draw_coverage(axes, [{"category": "cpu", "lo_ns": 0.0, "hi_ns": 2.0, "covers": middle < 2,
                              "held_out_mean_ns": middle} for middle in (0.5, 1.0, 1.5, 4.0)])
        self.assertIn("75.0 % of 4", axes.get_title())

    def test_writes_png_and_svg(self):
        row = '"s","plumbline","GET /","residual",1,-1.5,2.5,0.5,1\n'
        names = self.run_coverage(self.HEADER + row, expect=0).stdout.split()
        self.assertEqual([pathlib.Path(name).name for name in names],
                         ["coverage.png", "coverage.svg"])
        self.assertGreater((self.folder / "coverage.png").stat().st_size, 5000)

    def test_complains_in_one_line(self):
        for text in (self.HEADER, "other,header\n1,2\n",
                     self.HEADER + '"s","p","e","cpu",1,x,2,3,1\n'):
            with self.subTest(text):
                ended = self.run_coverage(text, expect=2)
                self.assertEqual(ended.stderr.count("\n"), 1)
                self.assertIn("coverage.csv", ended.stderr)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main(argv=sys.argv[:1], verbosity=1)
