"""A contact sheet: each picture in each number of colours, in small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kmeans_cli.plots.picture_view import CurvePoint, CurvesView, kilobytes
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
    pictures = view.by_picture()
    several = len(pictures) > 1
    across = min(_ACROSS, len(view.points))
    rows = _rows(pictures.values(), across)
    heights = [_height(row, PAGE_WIDTH / across - _GAP) + (0.45 if several else 0.3) for row in rows]
    figure = new_figure(PAGE_WIDTH, sum(heights) + 0.3)
    panels = figure.subplots(len(rows), across, squeeze=False, height_ratios=heights)
    for axes in panels.flat:
        axes.set_axis_off()
    for row, line in zip(rows, panels, strict=True):
        for axes, point in zip(line, row, strict=False):
            axes.imshow(point.thumbnail, interpolation="nearest")
            name = f"{shorten(point.name, 20)}\n" if several else ""
            psnr = "exact" if point.psnr is None else f"{point.psnr:.1f} dB"
            axes.set_title(f"{name}k = {point.k}: {kilobytes(point.bytes_result)}, {psnr}", size=FONT_SIZE - 1)
    figure.suptitle(wrap(f"{view.title} in fewer colours", PAGE_WIDTH, FONT_SIZE + 1))
    return figure


def _rows(pictures: Iterable[Sequence[CurvePoint]], across: int) -> list[list[CurvePoint]]:
    """What stands side by side: a picture begins a row of its own unless all its results fit into the one before."""
    rows: list[list[CurvePoint]] = []
    for points in pictures:
        if rows and len(rows[-1]) + len(points) <= across:
            rows[-1] += points
        else:
            rows += [list(points[start : start + across]) for start in range(0, len(points), across)]
    return rows


def _height(row: Sequence[CurvePoint], width: float) -> float:
    """Of the tallest thumbnail in a row at this width, in inches; half a page at most."""
    tallest: float = max(point.thumbnail.shape[0] / point.thumbnail.shape[1] for point in row)
    return min(width * tallest, PAGE_HEIGHT / 2)
