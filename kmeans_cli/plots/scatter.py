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


def shown_rows(n: int, most: int = MOST_POINTS) -> IntArray:
    """At most ``most`` of n rows, evenly spaced, so that data sorted by class are shown in full breadth."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.int64))


def points_note(n: int, most: int = MOST_POINTS) -> str:
    """How many points a figure shows: ``"300 points"`` or ``"5,000 of 60,000 points"``."""
    return f"{n:,} point{'' if n == 1 else 's'}" if n <= most else f"{most:,} of {n:,} points"


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
    """Draw (k, 2) centroids as crosses on white, each with its name beside it; no names where they are too many."""
    from matplotlib.patheffects import withStroke

    size = 6.0 if len(centroids) <= _MOST_LONG_NAMES else 3.5
    axes.plot(*centroids.T, ls="", marker="x", ms=size, mew=size / 2, color="white", zorder=3)
    axes.plot(*centroids.T, ls="", marker="x", ms=size, mew=size / 5, color=INK, zorder=4)
    if len(centroids) > _MOST_NAMES:
        return
    style: dict[str, Any] = {"size": FONT_SIZE - 1, "path_effects": [withStroke(linewidth=1.5, foreground="white")]}
    middle = sum(axes.get_xlim()) / 2
    for centroid, name in zip(centroids, names, strict=True):
        # Towards the middle, so that no name is cut off at the edge.
        side, align = (4, "left") if centroid[0] <= middle else (-4, "right")
        place: dict[str, Any] = {"textcoords": "offset points", "ha": align, "zorder": 5, "in_layout": False}
        axes.annotate(name, centroid, (side, 4), **place, **style)


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
    figure = new_figure(width, (width - 0.55) * ratio + 0.75)  # the labels' share
    axes = figure.add_subplot(aspect="equal")
    middle = (low + high) / 2
    axes.set_xlim(middle[0] - size[0] / 2, middle[0] + size[0] / 2)
    axes.set_ylim(middle[1] - size[1] / 2, middle[1] + size[1] / 2)
    return figure, axes
