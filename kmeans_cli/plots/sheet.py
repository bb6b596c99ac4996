"""What is in a data set, at a glance: some of its pictures with their classes, its points, or its features."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import FloatArray, IntArray
from kmeans_cli.plots.mosaic import common_limits, limits_note, paint, show, tile_size
from kmeans_cli.plots.scatter import draw_points, points_note, shown_rows
from kmeans_cli.plots.style import (
    COLOURS,
    FONT_SIZE,
    MARKERS,
    PAGE_WIDTH,
    captioned_figure,
    paper_style,
    points_wide,
    shorten,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_TILES = 60
_TILES_PER_ROW = 10
_TILE = 0.6  # inches, the longer side of a picture when there is room
_MOST_FEATURES = 30
_MOST_NAMED_CLASSES = 20


@paper_style()
def sample_sheet(
    title: str,
    X: FloatArray,
    y: NDArray[Any] | None,
    image_shape: tuple[int, ...] | None,
    feature_names: Sequence[str] | None,
) -> Figure:
    """A sheet of samples: pictures as a grid, two features as points, other data as a box for each feature.

    Args:
        title: The name of the data.
        X: (n, d) samples, in any unit.
        y: (n,) true classes, or None.
        image_shape: (h, w) or (h, w, 3) when samples are pictures, else None.
        feature_names: d names, or None.
    """
    if image_shape is not None:
        return _draw_pictures(title, X, y, image_shape)
    if X.shape[1] == 2:
        return _draw_plane(title, X, y, feature_names)
    return _draw_boxes(title, X, feature_names)


def sheet_rows(n: int, y: NDArray[Any] | None, most: int = _MOST_TILES) -> IntArray:
    """Which samples a sheet shows: at most ``most``, evenly spaced over the samples in the order of their classes."""
    order = np.arange(n) if y is None else np.argsort(y, kind="stable")
    return order[shown_rows(n, most)]


@dataclass(frozen=True)
class _Grid:
    """Tiles in rows of ten, with a line of text above each.

    Attributes:
        corners: (m, 2) upper left pixel (x, y) of each tile.
        pixels: Height and width of the whole.
        inch: The size of a pixel on paper.
        text: Height of the line of text, in pixels.
    """

    corners: IntArray
    pixels: tuple[int, int]
    inch: float
    text: int


def _lay_out(m: int, tile: tuple[int, int], *, has_text: bool) -> _Grid:
    h, w = tile
    text = math.ceil(0.3 * math.sqrt(h * w)) if has_text else 0
    gap = max(1, w // 8)
    across = min(m, _TILES_PER_ROW)
    row, column = np.divmod(np.arange(m), across)
    corners = np.stack([column * (w + gap), row * (h + text + gap) + text], axis=1)
    height, width = int(corners[-1, 1]) + h, across * (w + gap) - gap
    return _Grid(corners, (height, width), min(_TILE / max(h, w), PAGE_WIDTH / width), text)


def _draw_pictures(title: str, X: FloatArray, y: NDArray[Any] | None, image_shape: tuple[int, ...]) -> Figure:
    rows = sheet_rows(len(X), y)
    tile = tile_size(image_shape)
    grid = _lay_out(len(rows), tile, has_text=y is not None)
    height, width = grid.pixels
    limits = common_limits(image_shape, X[rows])
    note = f"{len(rows)} of {len(X):,} samples; {limits_note(image_shape, limits)}"
    figure = captioned_figure((width * grid.inch, height * grid.inch), title, note)
    axes = figure.add_subplot()
    show(axes, paint(X[rows], image_shape, limits, grid.corners, grid.pixels))
    if y is not None:
        _name_tiles(axes, grid, [shorten(y[row], 12) for row in rows], tile[1])
    return figure


def _name_tiles(axes: Axes, grid: _Grid, names: Sequence[str], w: int) -> None:
    for name, (x, top) in zip(names, grid.corners, strict=True):
        size = min(FONT_SIZE, 72 * grid.inch * grid.text, 72 * grid.inch * w / points_wide(name, 1))
        axes.text(x + w / 2, top, name, size=size, ha="center", va="bottom")


def _draw_plane(title: str, X: FloatArray, y: NDArray[Any] | None, feature_names: Sequence[str] | None) -> Figure:
    figure = captioned_figure((4.0, 3.5), title, points_note(len(X)))
    axes = figure.add_subplot()
    classes, numbers = np.unique(np.zeros(len(X)) if y is None else y, return_inverse=True)
    rows = sheet_rows(len(X), y, len(shown_rows(len(X))))
    draw_points(axes, X[rows], numbers[rows])
    axes.set_aspect("equal", adjustable="datalim")
    across, up = feature_names or ("first feature", "second feature")
    axes.set(xlabel=across, ylabel=up)
    if y is not None and len(classes) <= _MOST_NAMED_CLASSES:
        _name_classes(axes, classes)
    return figure


def _name_classes(axes: Axes, classes: NDArray[Any]) -> None:
    for number, name in enumerate(classes):
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number // len(COLOURS)]
        axes.plot([], [], ls="", color=colour, marker=marker, ms=4, label=shorten(name, 16))
    axes.legend(title="class", loc="center left", bbox_to_anchor=(1, 0.5))


def _draw_boxes(title: str, X: FloatArray, feature_names: Sequence[str] | None) -> Figure:
    d = X.shape[1]
    shown = min(d, _MOST_FEATURES)
    names = [shorten(name, 20) for name in (feature_names or range(d))[:shown]]
    note = f"boxes: the middle half of the values; lines: all of them; {shown} of {d} features, {len(X):,} samples"
    figure = captioned_figure((4.0, 0.6 + 0.2 * shown), title, note)
    axes = figure.add_subplot()
    quartiles = np.percentile(X[:, :shown], [0, 25, 50, 75, 100], axis=0).T
    keys = ("whislo", "q1", "med", "q3", "whishi")
    boxes = [{"label": name, **dict(zip(keys, five, strict=True))} for name, five in zip(names, quartiles, strict=True)]
    axes.bxp(boxes, orientation="horizontal", showfliers=False)
    axes.invert_yaxis()
    axes.set(xlabel="value", ylabel="feature")
    return figure
