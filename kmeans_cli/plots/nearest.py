"""The samples nearest to each centroid, and which of them are of another class than the cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kmeans_cli.core.types import BoolArray, IntArray
from kmeans_cli.metrics.nearest import right_samples
from kmeans_cli.plots.captions import cluster_name, empty_note, shown_clusters
from kmeans_cli.plots.mosaic import Limits, common_limits, cross, limits_note, outline, paint, show, tile_size
from kmeans_cli.plots.style import (
    FAINT,
    FONT_SIZE,
    MOST_CLUSTERS,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    WRONG,
    captioned_figure,
    paper_style,
    points_wide,
)
from kmeans_cli.plots.view import FitView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TILE = 0.42  # inches, the side of a square tile when there is room
_TEXT = 0.5  # font size of the labels, in tile sides
_GAP = 0.08  # between tiles, in tile sides
_LONGEST_STRIP = 8  # length over width; eleven of a longer one beside one another show nothing


@dataclass(frozen=True)
class RowLayout:
    """Rows of tiles in one or several blocks side by side: a centroid first, then its samples.

    Attributes:
        image_shape: (h, w) or (h, w, 3) of a tile.
        corners: (k, 1 + m, 2) upper left pixel (x, y) of each tile.
        pixels: Height and width of the whole.
        inches: Width and height of the whole on paper.
        font_size: Of the labels, in points.
    """

    image_shape: tuple[int, ...]
    corners: IntArray
    pixels: tuple[int, int]
    inches: tuple[float, float]
    font_size: float


def applies(view: FitView) -> bool:
    """Whether samples are pictures but no long strips, and the clusters few enough for a page."""
    if view.image_shape is None or len(view.centroids) > MOST_CLUSTERS:
        return False
    height, width = view.image_shape[:2]
    return max(height, width) <= _LONGEST_STRIP * min(height, width)


@paper_style()
def draw(view: FitView) -> Figure:
    """A row for each cluster with samples: centroid, nearest samples, the wrong ones marked, and how many are right."""
    assert view.image_shape is not None
    clusters = shown_clusters(view)
    names = [cluster_name(view, cluster) for cluster in clusters]
    layout = lay_out_rows(names, view.nearest.shape[1], view.image_shape)
    limits = common_limits(view.image_shape, view.centroids[clusters], view.X[view.nearest[view.nearest >= 0]])
    heading = f"{view.title}: each centroid and the samples nearest to it{_total(view)}"
    figure = captioned_figure(layout.inches, heading, _note(view, limits))
    axes = figure.add_subplot()
    _draw_tiles(axes, view, clusters, layout, limits)
    scores = row_scores(view)
    _label_rows(axes, layout, names, [scores[cluster] for cluster in clusters])
    return figure


def wrong_samples(view: FitView) -> BoolArray:
    """(k, m) whether a nearest sample is of another class than its cluster; False where there is no sample."""
    if view.y is None or view.cluster_classes is None:
        return np.zeros(view.nearest.shape, dtype=bool)
    return (view.nearest >= 0) & ~right_samples(view.nearest, view.y, view.cluster_classes)


def row_scores(view: FitView) -> list[str]:
    """``"9/10"`` for each cluster: right ones among its nearest samples; empty without classes or samples."""
    n_shown = (view.nearest >= 0).sum(axis=1)
    n_right = n_shown - wrong_samples(view).sum(axis=1)
    known = view.y is not None
    return [f"{right}/{shown}" if known and shown else "" for right, shown in zip(n_right, n_shown, strict=True)]


def lay_out_rows(names: Sequence[str], m: int, image_shape: tuple[int, ...]) -> RowLayout:
    """Lay out a row of 1 + m tiles for each name, in the number of blocks side by side that makes the tiles largest."""
    h, w = tile_size(image_shape)
    side = math.sqrt(h * w)  # labels, gaps and tiles are measured by it, so that all shrink together
    gap = max(1, round(_GAP * side))
    text = _TEXT * side
    left = math.ceil(points_wide(max(names, key=len) + " ", text))
    right = math.ceil(points_wide(f" {m}/{m} ", text))
    width = left + (1 + m) * (w + gap) + 3 * gap + right
    line = max(h + gap, math.ceil(1.2 * text))
    blocks, pixel = _fit_page(len(names), width, line, _TILE / side)
    rows = math.ceil(len(names) / blocks)
    number, column = np.ogrid[: len(names), : 1 + m]
    # A wider gap sets the centroid apart from its samples.
    x = number // rows * width + left + column * (w + gap) + 3 * gap * (column > 0)
    corners = np.stack(np.broadcast_arrays(x, number % rows * line), axis=2)
    inches = (blocks * width * pixel, rows * line * pixel)
    return RowLayout(image_shape, corners, (rows * line, blocks * width), inches, min(FONT_SIZE, 72 * pixel * text))


def _fit_page(k: int, width: int, line: int, largest: float) -> tuple[int, float]:
    """How many blocks of that width let k rows be largest on a page, and the size of a pixel then, in inches."""
    height = PAGE_HEIGHT - 0.8  # the title and the note take the rest

    def pixel(blocks: int) -> float:
        return min(largest, PAGE_WIDTH / (blocks * width), height / (math.ceil(k / blocks) * line))

    best = max(range(1, k + 1), key=pixel)
    return best, pixel(best)


def _draw_tiles(axes: Axes, view: FitView, clusters: IntArray, layout: RowLayout, limits: Limits) -> None:
    assert view.image_shape is not None
    nearest, places = view.nearest[clusters], layout.corners[:, 1:]
    shown = nearest >= 0
    rows = np.concatenate([view.centroids[clusters], view.X[nearest[shown]]])
    corners = np.concatenate([layout.corners[:, 0], places[shown]])
    show(axes, paint(rows, view.image_shape, limits, corners, layout.pixels))
    tile = tile_size(view.image_shape)
    outline(axes, corners, tile, colors=FAINT, linewidths=0.3)
    # Thinner on smaller tiles, as the font is.
    thickness = 1.2 * layout.font_size / FONT_SIZE
    wrong = places[wrong_samples(view)[clusters]]
    outline(axes, wrong, tile, colors=WRONG, linewidths=thickness)
    cross(axes, wrong, tile, colors=WRONG, linewidths=thickness)


def _label_rows(axes: Axes, layout: RowLayout, names: Sequence[str], scores: Sequence[str]) -> None:
    h, w = tile_size(layout.image_shape)
    style: dict[str, Any] = {"size": layout.font_size, "va": "center", "in_layout": False}
    for row, name, score in zip(layout.corners, names, scores, strict=True):
        middle = row[0, 1] + h / 2
        axes.text(row[0, 0], middle, f"{name} ", ha="right", **style)
        axes.text(row[-1, 0] + w, middle, f" {score}", ha="left", **style)


def _total(view: FitView) -> str:
    if view.y is None:
        return ""
    n_shown = int((view.nearest >= 0).sum())
    return f", {n_shown - int(wrong_samples(view).sum())}/{n_shown} of the cluster's class"


def _note(view: FitView, limits: Limits) -> str:
    assert view.image_shape is not None
    scale = limits_note(view.image_shape, limits) + empty_note(view)
    return scale if view.y is None else f"framed and crossed: a sample of another class than its cluster; {scale}"
