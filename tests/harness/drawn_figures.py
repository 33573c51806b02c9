"""What the tests of the figures share: the plots on the path, a fixture, and a run of plot.py.

Imported by plots_test.py and plot_program_test.py, whose arguments are FOLDER_OF_PLOTS
FIXTURE_FOLDER.
"""

import pathlib
import subprocess
import sys

PLOTS = pathlib.Path(sys.argv[1])
FIXTURE = pathlib.Path(sys.argv[2])
sys.path.insert(0, str(PLOTS))

import matplotlib  # noqa: E402

matplotlib.use("Agg")
from matplotlib.figure import Figure  # noqa: E402

from results import cells_of, grouped, read_results, sections  # noqa: E402

SWEEP = {"scenario": "waits", "profiler": "plumbline", "parameter": "length, us",
         "breaking_point": 10, "points": [
             {"value": 10, "error_pct": -40.0, "ci95": [-45.0, -35.0]},
             {"value": 100, "error_pct": -4.0, "ci95": None},
             {"value": 1000, "error_pct": None, "ci95": None}]}


def fixture_cells():
    results = read_results(FIXTURE)
    return cells_of(grouped(results, "cells"), sections(results)[0])


def drawn(draw):
    axes = Figure().add_subplot()
    draw(axes, fixture_cells())
    return axes


def texts(axes):
    return [text.get_text() for text in axes.findobj(matplotlib.text.Text)]


def run_plot(folder, *, expect):
    ended = subprocess.run([sys.executable, PLOTS / "plot.py", folder], capture_output=True,
                           text=True, check=False)
    assert ended.returncode == expect, ended
    return ended
