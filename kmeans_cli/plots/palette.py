"""The palette: a bar whose parts are as wide as the shares, and the colours from dark to light."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.plots.picture_view import ReducedView
from kmeans_cli.plots.style import FONT_SIZE, INK, PAGE_WIDTH, SMALLEST_FONT, new_figure, paper_style, shorten, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NAMED = 64
_MOST_SHOWN = 4096
_NAMED_ACROSS, _SMALL_ACROSS = 8, 32
_BAR_PIXELS = 2000


def applies(view: ReducedView) -> bool:
    """Whether the swatches can be told apart."""
    return len(view.rgba) <= _MOST_SHOWN


@paper_style()
def draw(view: ReducedView) -> Figure:
    """The shares as a bar above a swatch for each colour; up to 64 of them with code and share."""
    k = len(view.rgba)
    across = min(k, _NAMED_ACROSS if k <= _MOST_NAMED else _SMALL_ACROSS)
    rows = math.ceil(k / across)
    swatch = 0.55 if k <= _MOST_NAMED else PAGE_WIDTH / _SMALL_ACROSS
    figure = new_figure(PAGE_WIDTH, 0.9 + swatch * rows)
    bar, grid = figure.subplots(2, 1, height_ratios=[0.35, swatch * rows])
    _draw_bar(bar, view)
    _draw_swatches(grid, view, across, rows)
    figure.suptitle(wrap(f"{shorten(view.name, 40)}: {k} colours from dark to light", PAGE_WIDTH, FONT_SIZE + 1))
    return figure


def _draw_bar(axes: Axes, view: ReducedView) -> None:
    ends = np.cumsum(view.counts) / view.counts.sum()
    entries = np.searchsorted(ends, (np.arange(_BAR_PIXELS) + 0.5) / _BAR_PIXELS)
    axes.imshow(on_white(view.rgba)[entries][None], aspect="auto", interpolation="nearest", extent=(0, 100, 0, 1))
    axes.set_yticks([])
    axes.set_xlabel("share of the pixels in %")
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_swatches(axes: Axes, view: ReducedView, across: int, rows: int) -> None:
    canvas = np.full((rows * across, 3), 255, dtype=np.uint8)
    canvas[: len(view.rgba)] = on_white(view.rgba)
    axes.imshow(canvas.reshape(rows, across, 3), aspect="auto", interpolation="nearest")
    axes.set_axis_off()
    if len(view.rgba) > _MOST_NAMED:
        return
    total = view.counts.sum()
    for entry, (colour, count) in enumerate(zip(on_white(view.rgba), view.counts, strict=True)):
        row, column = divmod(entry, across)
        axes.text(column, row, _label(view, entry, count / total), ha="center", va="center", color=ink_on(colour),
                  fontsize=SMALLEST_FONT + 1)  # fmt: skip


def _label(view: ReducedView, entry: int, share: float) -> str:
    red, green, blue, alpha = view.rgba[entry].tolist()
    opacity = "" if alpha == 255 else f"\n{100 * alpha / 255:.0f} % opaque"
    return f"#{red:02x}{green:02x}{blue:02x}\n{100 * share:.1f} %{opacity}"


def on_white(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(k, 3) colours as they look on white paper."""
    share = rgba[:, 3:] / 255
    return np.rint(rgba[:, :3] * share + 255 * (1 - share)).astype(np.uint8)


def ink_on(colour: NDArray[np.uint8]) -> str:
    """Black or white, whichever can be read on a colour (by its luma, Rec. 601)."""
    return INK if float(colour @ np.array([0.299, 0.587, 0.114])) > 128 else "white"
