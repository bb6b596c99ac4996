"""Which pixels are in which cluster, in colours that have nothing to do with those of the picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.plots.palette import ink_on, on_white
from kmeans_cli.plots.picture_view import ReducedView
from kmeans_cli.plots.style import FONT_SIZE, PAGE_HEIGHT, PAGE_WIDTH, new_figure, paper_style, shorten, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NAMED = 32
_NAMED_ACROSS = 8
_GOLDEN_ANGLE = (3 - math.sqrt(5)) / 2  # of a turn: neighbours in the palette get far hues, however many there are


def applies(view: ReducedView) -> bool:
    """Whether there are several clusters, and few enough to tell them apart."""
    return 1 < len(view.rgba) <= 256


@paper_style()
def draw(view: ReducedView) -> Figure:
    """The label map; up to 32 clusters are named below it, each beside its colour in the palette."""
    height, width = view.labels.shape
    k = len(view.rgba)
    inches = min(PAGE_WIDTH * height / width, PAGE_HEIGHT - 1.5)
    rows = math.ceil(k / _NAMED_ACROSS) if k <= _MOST_NAMED else 0
    figure = new_figure(PAGE_WIDTH, inches + 0.25 * rows + 0.4)
    colours = false_colours(k)
    if rows:
        axes, key = figure.subplots(2, 1, height_ratios=[inches, 0.25 * rows])
        _draw_key(key, view, colours, rows)
    else:
        axes = figure.add_subplot()
    axes.imshow(colours[view.labels], interpolation="nearest")
    axes.set_axis_off()
    figure.suptitle(wrap(f"{shorten(view.name, 40)}: the {k} clusters", PAGE_WIDTH, FONT_SIZE + 1))
    return figure


def false_colours(k: int) -> NDArray[np.uint8]:
    """(k, 3) colours far from each other: hues by the golden angle, lighter and darker in turn."""
    from matplotlib.colors import hsv_to_rgb

    number = np.arange(k)
    hsv = np.stack([(number * _GOLDEN_ANGLE) % 1, np.where(number % 3, 0.75, 0.45), 1 - 0.3 * (number % 2)], axis=1)
    colours: NDArray[np.uint8] = np.rint(255 * hsv_to_rgb(hsv)).astype(np.uint8)
    return colours


def _draw_key(axes: Axes, view: ReducedView, colours: NDArray[np.uint8], rows: int) -> None:
    """For each cluster its number on the false colour, and beside it the colour it has in the result."""
    k = len(colours)
    canvas = np.full((rows * _NAMED_ACROSS, 2, 3), 255, dtype=np.uint8)
    canvas[:k, 0], canvas[:k, 1] = colours, on_white(view.rgba)
    cells = canvas.reshape(rows, 2 * _NAMED_ACROSS, 3)
    axes.imshow(cells, aspect="auto", interpolation="nearest")
    axes.set_axis_off()
    for entry in range(k):
        row, column = divmod(entry, _NAMED_ACROSS)
        axes.text(2 * column, row, str(entry), ha="center", va="center", color=ink_on(colours[entry]), fontsize=6)
