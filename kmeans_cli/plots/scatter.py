"""Samples and centroids as points in a plane, by cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kmeans_cli.core.types import Float64Array, FloatArray, IntArray
from kmeans_cli.plots.captions import cluster_name
from kmeans_cli.plots.style import (
    COLOURS,
    FONT_SIZE,
    INK,
    MARKERS,
    PAGE_WIDTH,
    new_figure,
    points_wide,
)
from kmeans_cli.plots.view import FitView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_POINTS = 5000
"""More points than this hide one another, and make a PDF slow to open."""

_MOST_NAMES = 50  # beside the centroids; more would cover them
_MOST_LONG_NAMES = 20
_FLATTEST, _TALLEST = 0.4, 1.2  # height over width of a window
_LABELS_WIDTH = 0.55  # inches, left of a window
# Points of print: the font of names, their distance from the centroid, and half a cross.
_NAME_SIZE, _NAME_OFFSET, _CROSS = FONT_SIZE - 1, 3.0, 2.5


def shown_rows(n: int, most: int = MOST_POINTS) -> IntArray:
    """At most ``most`` of n rows, evenly spaced, so that data sorted by class are shown in full breadth."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.int64))


def points_note(n: int, most: int = MOST_POINTS, of: int | None = None) -> str:
    """How many points a figure shows: ``"300 points"`` or ``"5,000 of 60,000 points"``.

    Args:
        n: How many there are to be shown.
        most: So many are shown at most.
        of: Of how many these are a draw; None: they are all.
    """
    whole = n if of is None else of
    shown = min(n, most)
    return f"{n:,} point{'' if n == 1 else 's'}" if shown == whole else f"{shown:,} of {whole:,} points"


def draw_points(axes: Axes, points: FloatArray, labels: IntArray) -> None:
    """Draw (m, 2) points in the colours and markers of their clusters (m,)."""
    markers = labels // len(COLOURS) % len(MARKERS)
    area = point_area(len(points))
    for marker in np.unique(markers):  # a scatter has one shape
        of_marker = markers == marker
        colours = np.array(COLOURS)[labels[of_marker] % len(COLOURS)]
        x, y = points[of_marker].T
        axes.scatter(x, y, s=area, c=colours, marker=MARKERS[marker], alpha=0.75, linewidths=0)


def point_area(n: int) -> float:
    """The area of each of n markers in square points: smaller the more there are."""
    return float(np.clip(3000 / max(n, 1), 3, 14))


def draw_centroids(axes: Axes, centroids: Float64Array, names: Sequence[str]) -> None:
    """Draw (k, 2) centroids as crosses on white, each with its name beside it.

    A name that would cover a cross or another name is left out, and all are where they are too many.
    """
    from matplotlib.patheffects import withStroke

    size = 6.0 if len(centroids) <= _MOST_LONG_NAMES else 3.5
    axes.plot(*centroids.T, ls="", marker="x", ms=size, mew=size / 2, color="white", zorder=3)
    axes.plot(*centroids.T, ls="", marker="x", ms=size, mew=size / 5, color=INK, zorder=4)
    if len(centroids) > _MOST_NAMES:
        return
    style: dict[str, Any] = {"size": _NAME_SIZE, "path_effects": [withStroke(linewidth=2, foreground="white")]}
    for centroid, name, side in zip(centroids, names, name_sides(*_in_points(axes, centroids), names), strict=True):
        if side is None:
            continue
        across, up = side
        place: dict[str, Any] = {"ha": "left" if across > 0 else "right", "va": "bottom" if up > 0 else "top"}
        offset = (across * _NAME_OFFSET, up * _NAME_OFFSET)
        axes.annotate(name, centroid, offset, textcoords="offset points", zorder=5, in_layout=False, **place, **style)


def name_sides(points: Float64Array, window: Float64Array, names: Sequence[str]) -> list[tuple[int, int] | None]:
    """Beside which corner of its point each name has room, one after the other.

    Args:
        points: (k, 2) places, in points of print.
        window: (2,) width and height of what they lie in; no name leaves it.
        names: k texts.

    Returns:
        (1 right or −1 left, 1 above or −1 below) for each; None where every corner is taken.
    """
    taken = [np.concatenate([point - _CROSS, point + _CROSS]) for point in points]
    sides: list[tuple[int, int] | None] = []
    for point, name in zip(points, names, strict=True):
        inwards = 1 if point[0] <= window[0] / 2 else -1
        corners = [(across, up) for across in (inwards, -inwards) for up in (1, -1)]
        boxes = {corner: _name_box(point, name, *corner) for corner in corners}
        free = (corner for corner, box in boxes.items() if _is_free(box, window, taken))
        sides.append(next(free, None))
        if sides[-1] is not None:
            taken.append(boxes[sides[-1]])
    return sides


def _name_box(point: Float64Array, name: str, across: int, up: int) -> Float64Array:
    """Left, lower, right and upper border of a name."""
    near = point + _NAME_OFFSET * np.array([across, up])
    far = near + np.array([across * points_wide(name, _NAME_SIZE), up * _NAME_SIZE])
    return np.concatenate([np.minimum(near, far), np.maximum(near, far)])


def _is_free(box: Float64Array, window: Float64Array, taken: Sequence[Float64Array]) -> bool:
    others = np.array(taken)
    meets = (box[:2] < others[:, 2:]).all(axis=1) & (box[2:] > others[:, :2]).all(axis=1)
    return bool((box[:2] >= 0).all() and (box[2:] <= window).all() and not meets.any())


def _in_points(axes: Axes, places: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Places in axes made by ``plane_figure`` and the size of these, in points of print, before they are laid out."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    scale = 72 * (figure.get_figwidth() - _LABELS_WIDTH) / (high[0] - low[0])
    return (places - low) * scale, (high - low) * scale


def scatter_names(view: FitView) -> list[str]:
    """What stands beside each centroid: ``"3: class 7"``, or the number alone where there are many."""
    k = len(view.centroids)
    return [cluster_name(view, j) for j in range(k)] if k <= _MOST_LONG_NAMES else [f"{j}" for j in range(k)]


def plane_figure(points: FloatArray, width: float) -> tuple[Figure, Axes]:
    """A figure about this wide in inches, with axes of equal scale that hold all (m, 2) points.

    It is as high as the points ask for. Of a long and thin cloud the shorter side is widened, and a flat one gets
    a wider figure.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    across, up = (high - low).astype(np.float64)
    # A window has some width even where all points are one, or too near to one another to name in ticks.
    least = (1e-9 if max(across, up) > 0 else 0.1) * (float(np.abs(points).max()) or 1.0)
    size = 1.1 * np.array([max(across, up / _TALLEST, least), max(up, across * _FLATTEST, least)])
    ratio = size[1] / size[0]
    width = min(PAGE_WIDTH, width / math.sqrt(min(ratio, 1)))
    figure = new_figure(width, (width - _LABELS_WIDTH) * ratio + 0.75)  # the labels' share
    axes = figure.add_subplot(aspect="equal")
    middle = (low + high) / 2
    axes.set_xlim(middle[0] - size[0] / 2, middle[0] + size[0] / 2)
    axes.set_ylim(middle[1] - size[1] / 2, middle[1] + size[1] / 2)
    return figure, axes
