"""Heat map: where the errors are: endpoint by category, percentage points of the endpoint's wall.

Each field says its error and, if it did not pass, its verdict.
"""

from matplotlib.axes import Axes
from matplotlib.image import AxesImage

import palette
from results import Cell, run_count

SMALLEST_SCALE_PP = 0.5  # noise of the clocks shall not look like a fault
DARK = 0.6  # of the scale: from there on letters are white
MARKS = {"pass": "", "fail": "\nFAIL", "inconclusive": "\n?", "vacuous": "\n(vacuous)"}


def text_of(cell: Cell) -> str:
    half = ""
    if cell["ci95_ns"] is not None and cell["error_ns"]:
        low, high = cell["ci95_ns"]
        points_per_ns = cell["error_pp"] / cell["error_ns"]
        half = f"\n±{abs((high - low) / 2 * points_per_ns):.3f}"
    return f"{cell['error_pp']:+.3f}{half}{MARKS.get(cell['verdict'], '')}"


def draw_heat_map(axes: Axes, cells: list[Cell]) -> AxesImage:
    endpoints = list(dict.fromkeys(cell["endpoint"] for cell in cells))
    columns = [name for name in palette.NAMES if any(cell["category"] == name for cell in cells)]
    field = [[float("nan")] * len(columns) for _ in endpoints]
    scale = max([SMALLEST_SCALE_PP] + [abs(cell["error_pp"]) for cell in cells])
    for cell in cells:
        row, column = endpoints.index(cell["endpoint"]), columns.index(cell["category"])
        field[row][column] = cell["error_pp"]
        colour = "white" if abs(cell["error_pp"]) > DARK * scale else "black"
        axes.text(column, row, text_of(cell), ha="center", va="center", fontsize=7, color=colour)
    image = axes.imshow(field, cmap=palette.DIVERGING, vmin=-scale, vmax=scale, aspect="auto")
    names = [palette.NAMES[name] for name in columns]
    axes.set_xticks(range(len(columns)), names, rotation=20, ha="right", fontsize=8)
    axes.set_yticks(range(len(endpoints)), endpoints, fontsize=8)
    axes.set_title(
        "Error by endpoint and category, percentage points of the endpoint's wall\n"
        f"(±: half of the 95 % interval; ?: inconclusive; n = {run_count(cells)} runs)",
        fontsize=10,
    )
    return image
