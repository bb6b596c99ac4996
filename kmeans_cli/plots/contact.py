"""A contact sheet: a row for each picture, a column for each number of colours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kmeans_cli.plots.picture_view import CurvesView, kilobytes
from kmeans_cli.plots.style import FONT_SIZE, PAGE_HEIGHT, PAGE_WIDTH, new_figure, paper_style, shorten, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ACROSS = 4
_MOST_TILES = 48
_GAP = 0.08  # inches between columns


def applies(view: CurvesView) -> bool:
    """Whether there are several results, and few enough for a page."""
    return 1 < len(view.points) <= _MOST_TILES


@paper_style()
def draw(view: CurvesView) -> Figure:
    """Every result in small, with k, its bytes and its PSNR."""
    points = [point for points in view.by_picture().values() for point in points]
    several = len(view.by_picture()) > 1
    across = min(_ACROSS, len(points))
    rows = math.ceil(len(points) / across)
    tallest = max(point.thumbnail.shape[0] / point.thumbnail.shape[1] for point in points)
    height = min((PAGE_WIDTH / across - _GAP) * tallest + (0.45 if several else 0.3), PAGE_HEIGHT / 2)
    figure = new_figure(PAGE_WIDTH, rows * height + 0.3)
    panels = figure.subplots(rows, across, squeeze=False).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, point in zip(panels, points, strict=False):
        axes.imshow(point.thumbnail, interpolation="nearest")
        name = f"{shorten(point.name, 20)}\n" if several else ""
        psnr = "exact" if point.psnr is None else f"{point.psnr:.1f} dB"
        axes.set_title(f"{name}k = {point.k}: {kilobytes(point.bytes_result)}, {psnr}", size=FONT_SIZE - 1)
    figure.suptitle(wrap(f"{view.title} in fewer colours", PAGE_WIDTH, FONT_SIZE + 1))
    return figure
