"""Tables of shaded cells, a row per cluster: labels, numbers and empty rows, in fonts that fit the cells.

Sizes of cells are in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import BoolArray, IntArray
from kmeans_cli.plots.style import FAINT, FONT_SIZE, INK, SMALLEST_FONT, points_wide, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

_FONT = FONT_SIZE - 1
_LONGEST_NAME = 24  # characters; longer names of columns are cut
_MOST_NUMBERS = 1500  # more take a second to draw, and nobody reads them


def label_rows(axes: Axes, names: Sequence[str], height: float) -> None:
    """Name each row, in a font that leaves ``height`` for each."""
    axes.set_yticks(range(len(names)), names, size=min(_FONT, 0.75 * height))
    axes.tick_params(length=0, pad=2)


def label_columns(axes: Axes, names: Sequence[Any], width: float) -> None:
    """Name each column, upright where a name is wider than its column."""
    shown = [shorten(name, _LONGEST_NAME) for name in names]
    fits = _widest(names) <= width
    size = _FONT if fits else np.clip(0.8 * width, SMALLEST_FONT, _FONT)
    axes.set_xticks(range(len(shown)), shown, rotation=0 if fits else 90, size=size)


def column_names_height(names: Sequence[Any], width: float) -> float:
    """The inches that ``label_columns`` takes below the cells."""
    return 0.2 if _widest(names) <= width else _widest(names) / 72


def hatch_rows(axes: Axes, rows: IntArray) -> None:
    """Hatch rows that stand for empty clusters, so that they do not look like small numbers."""
    for row in rows:
        axes.axhspan(row - 0.5, row + 0.5, facecolor="white", edgecolor=FAINT, hatch="//////", linewidth=0, zorder=2)


def write_cells(axes: Axes, texts: NDArray[np.str_], dark: BoolArray, cell: tuple[float, float]) -> None:
    """Write a text into each cell unless it is empty; none at all where they would be too small or too many.

    Args:
        axes: Axes that show the cells as an image.
        texts: (rows, columns) what to write.
        dark: (rows, columns) cells so dark that the text must be white.
        cell: Width and height of a cell in points.
    """
    longest = max(texts.flat, key=len)
    size = min(_FONT, 0.8 * cell[1], cell[0] / max(points_wide(longest, 1), 1e-9))
    if size < SMALLEST_FONT - 1 or np.count_nonzero(texts != "") > _MOST_NUMBERS:
        return
    middle: dict[str, Any] = {"ha": "center", "va": "center_baseline"}
    for row, column in np.argwhere(texts != ""):
        colour = "white" if dark[row, column] else INK
        axes.text(column, row, texts[row, column], size=size, color=colour, in_layout=False, **middle)


def add_scale(figure: Figure, image: AxesImage, axes: Sequence[Axes], label: str, height: float) -> None:
    """Add a colour bar a tenth of an inch wide beside axes about ``height`` inches high."""
    figure.colorbar(image, ax=list(axes), label=label, aspect=10 * height, pad=0.02)


def _widest(names: Sequence[Any]) -> float:
    return max(points_wide(shorten(name, _LONGEST_NAME), _FONT) for name in names)
