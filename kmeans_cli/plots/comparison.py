"""Original and result side by side, and a detail of both in which pixels can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.plots.picture_view import ReducedView, kilobytes, quality_text
from kmeans_cli.plots.style import FONT_SIZE, PAGE_HEIGHT, PAGE_WIDTH, WRONG, new_figure, paper_style, shorten, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DETAIL = 6  # the detail is a sixth of the shorter side wide
_LEAST_DETAIL = 24  # pixels


def applies(view: ReducedView) -> bool:
    """Always."""
    return view.result.size > 0


@paper_style()
def draw(view: ReducedView) -> Figure:
    """Above the whole pictures, the detail framed; below the detail, where most is going on, enlarged."""
    height, width = view.labels.shape
    panel = (PAGE_WIDTH - 0.2) / 2
    whole = min(panel * height / width, (PAGE_HEIGHT - 1) / 2)
    figure = new_figure(PAGE_WIDTH, whole + panel + 0.9)
    panels = figure.subplots(2, 2, height_ratios=[whole, panel])
    top, left, side = busiest_square(view.original)
    square = slice(top, top + side), slice(left, left + side)
    original, result = f"original, {kilobytes(view.bytes_original)}", f"k = {len(view.rgba)}"
    for column, (pixels, title) in enumerate(
        ((view.original, original), (view.result, f"{result}, {kilobytes(view.bytes_result)}"))
    ):
        _show(panels[0, column], pixels, title)
        _frame(panels[0, column], top, left, side)
        _show(panels[1, column], pixels[square], "")
    heading = f"{shorten(view.name, 40)}: {quality_text(view.psnr, view.ssim)}"
    figure.suptitle(wrap(heading, PAGE_WIDTH, FONT_SIZE + 1))
    note = f"below: the framed {side} × {side} pixels, each as a square"
    figure.supxlabel(note, size=FONT_SIZE - 1)
    return figure


def busiest_square(pixels: NDArray[np.uint8]) -> tuple[int, int, int]:
    """Top, left and side of the square of a picture in which neighbouring pixels differ most: there k shows.

    Squares on a grid of half their side are compared.
    """
    height, width = pixels.shape[:2]
    side = min(height, width, max(_LEAST_DETAIL, min(height, width) // _DETAIL))
    grey = pixels.mean(axis=2, dtype=np.float32)
    change = np.zeros_like(grey)
    change[:, 1:] += np.abs(np.diff(grey, axis=1))
    change[1:] += np.abs(np.diff(grey, axis=0))
    sums = np.pad(change.cumsum(axis=0, dtype=np.float64).cumsum(axis=1), ((1, 0), (1, 0)))
    step = max(1, side // 2)
    tops, lefts = np.arange(0, height - side + 1, step), np.arange(0, width - side + 1, step)
    above, below = np.ix_(tops, lefts), np.ix_(tops + side, lefts + side)
    totals = sums[below] - sums[np.ix_(tops, lefts + side)] - sums[np.ix_(tops + side, lefts)] + sums[above]
    row, column = np.unravel_index(np.argmax(totals), totals.shape)
    return int(tops[row]), int(lefts[column]), side


def _show(axes: Axes, pixels: NDArray[np.uint8], title: str) -> None:
    axes.imshow(pixels, interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(title)


def _frame(axes: Axes, top: int, left: int, side: int) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((left - 0.5, top - 0.5), side, side, fill=False, ec=WRONG, lw=1))
